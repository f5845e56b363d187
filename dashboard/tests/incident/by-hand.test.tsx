// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ActionKind, Argument, Known } from "../../src/api/generated/schema";
import { ByHandDialog } from "../../src/incident/by-hand-dialog";
import { draw } from "./platform";

vi.setConfig({ testTimeout: 30_000 });

const WHERE: Argument = { type: "string", required: true, meaning: "where", choices: [] };

const SCALE: ActionKind = {
  server: "kubernetes",
  tool: "scale_workload",
  title: "Set the number of pods",
  target_kinds: ["Deployment"],
  arguments: {
    namespace: WHERE,
    name: WHERE,
    kind: { type: "string", required: false, meaning: "what", choices: ["Deployment"] },
    replicas: {
      type: "integer",
      required: true,
      meaning: "how many pods",
      minimum: 1,
      maximum: 9,
      choices: [],
    },
  },
  precondition: "the number is not zero",
  inverses: ["scale_workload"],
  critical: false,
  cool_down_s: 120,
  statefulness: "kept",
  verification: { proof: "replicas", window_s: 60 },
  idempotency: "one patch",
  least_risk: "low",
  risk_points: 15,
  cluster_scoped: false,
  deadline_s: 0,
};
const DRAIN: ActionKind = {
  ...SCALE,
  tool: "drain_node",
  title: "Empty a node",
  target_kinds: ["Node"],
  arguments: { name: WHERE },
  inverses: [],
  cluster_scoped: true,
};
const WEB: Known = {
  object: { kind: "Deployment", namespace: "shop", name: "web" },
  containers: ["web"],
  revisions: [],
  ports: [],
};

let sent: unknown[];
let refusal: object | null;

beforeEach(() => {
  sent = [];
  refusal = null;
  globalThis.fetch = async (input, init) => {
    if (input instanceof Request) return Response.json({ actions: [DRAIN, SCALE], objects: [WEB] });
    sent.push([String(input), JSON.parse(String(init?.body))]);
    return Response.json(refusal ?? {}, { status: refusal ? 422 : 200 });
  };
});

afterEach(cleanup);

async function open(): Promise<{ closed: () => boolean }> {
  HTMLDialogElement.prototype.showModal ??= function open(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function close(this: HTMLDialogElement) {
    this.open = false;
  };
  const onClose = vi.fn();
  draw(
    <QueryClientProvider client={new QueryClient()}>
      <ByHandDialog onClose={onClose} />
    </QueryClientProvider>,
    "responder",
  );
  await screen.findByLabelText("What should be done?");
  return { closed: () => onClose.mock.calls.length > 0 };
}

const say = (label: RegExp | string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const askForIt = () => screen.getByText("Ask for it") as HTMLButtonElement;

function fill(replicas: string) {
  say("What should be done?", "scale_workload");
  say("On what?", "Deployment/shop/web");
  say("replicas", replicas);
  say(/^Why\?/, "the queue grows");
}

test("only what fits something that was seen is offered", async () => {
  await open();

  expect(screen.queryByText("Set the number of pods")).not.toBeNull();
  expect(screen.queryByText("Empty a node")).toBeNull();
  expect(screen.queryByText(/Nothing is changed by asking/)).not.toBeNull();
});

test("the call names the target and sends numbers as numbers", async () => {
  const { closed } = await open();

  fill("3");
  fireEvent.submit(askForIt());

  await waitFor(() => expect(closed()).toBe(true));
  expect(sent).toEqual([
    [
      "/api/v1/incidents/inc-made/actions",
      {
        server: "kubernetes",
        tool: "scale_workload",
        arguments: { namespace: "shop", name: "web", kind: "Deployment", replicas: 3 },
        reason: "the queue grows",
      },
    ],
  ]);
});

test.each([
  ["0", "From 1 to 9."],
  ["10", "From 1 to 9."],
  ["2.5", "A whole number."],
  ["", "Say this."],
])("%j is not sent; its field says why", async (typed, said) => {
  await open();

  fill(typed);
  fireEvent.submit(askForIt());

  const field = screen.getByLabelText("replicas");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(screen.queryByText(said)).not.toBeNull();
  expect(sent).toEqual([]);
});

test("what the platform refuses stands at its field until it is typed anew", async () => {
  const { closed } = await open();
  refusal = {
    title: "That cannot be done",
    hint: "Correct it.",
    detail: "replicas has to be 7 at most",
    errors: [{ field: "arguments.replicas", message: "has to be 7 at most" }],
  };

  fill("8");
  fireEvent.submit(askForIt());

  await screen.findByText("has to be 7 at most");
  expect(screen.queryByRole("alert", { hidden: true })).toBeNull();
  expect(closed()).toBe(false);
  say("replicas", "7");
  expect(screen.queryByText("has to be 7 at most")).toBeNull();
});

test("nothing is asked for without a target and a reason", async () => {
  await open();

  say("What should be done?", "scale_workload");
  expect(askForIt().disabled).toBe(true);
  say("On what?", "Deployment/shop/web");
  expect(askForIt().disabled).toBe(true);
  say(/^Why\?/, "the queue grows");
  expect(askForIt().disabled).toBe(false);
});
