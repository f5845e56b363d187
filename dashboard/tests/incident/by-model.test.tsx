// @vitest-environment jsdom
import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { ChosenByModel, ModelChoice } from "../../src/incident/model-choice";
import { RoomView } from "../../src/incident/room";
import { tell } from "../../src/incident/tell";
import { logOf, OPENED } from "./logs";
import { draw, roomOf } from "./platform";

// Roles of a whole page are slow to find on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

afterEach(cleanup);

const OBJECT = { kind: "Deployment", namespace: "shop", name: "web" };
const THEIRS = {
  step: "raise the limit that was lowered",
  summary: "Raise the memory limit: kubernetes.set_resources(name='web')",
  risk: "medium",
  is_undoable: true,
};

const CHOSEN: ChosenByModel = {
  model: "scripted/model",
  reason: "<img src=x onerror=alert(1)> the release leaks",
  claims: [{ evidence_id: "k8s-1", path: "pods[0].ready", value: false }],
  filled: [{ name: "scale_out.replicas", value: 7, by_rules: 6 }],
  instead_of: THEIRS,
};

const CHOICE: ModelChoice = {
  model: "scripted/model",
  options: [THEIRS, { ...THEIRS, step: "scale out" }],
  step: "scale out",
  chosen: CHOSEN,
  struck_count: 0,
  note: "",
};

function proposal(chosen?: ChosenByModel) {
  const call = { server: "kubernetes", tool: "scale_workload", arguments: { replicas: 7 } };
  const action = {
    id: "a1",
    call,
    target: OBJECT,
    risk: "low",
    rationale: "it is busy",
    evidence_ids: ["k8s-1"],
    blast_radius: { pods: 7, callers: [], statement: "7 pods" },
    inverse: call,
    dry_run: { changes: ["replicas: 4 -> 7"], warnings: [] },
  };
  const choice = {
    title: "It is busy",
    why: "it is for saturation",
    step: "scale out",
    condition: "more pods would keep up",
    passed_over: [],
    not_seen: [],
    escalation: "",
    ...(chosen && { chosen }),
  };
  const plan = {
    playbook: "saturation",
    summary: "Scale out",
    fault_class: "saturation",
    confidence: 0.9,
    cause_object: OBJECT,
    actions: [action],
    choice,
  };
  return {
    kind: "plan_proposed",
    actor: "planner",
    payload: { plan, plan_sha256: "a".repeat(64) },
  };
}

function show(...events: { kind: string; actor: string; payload: object }[]) {
  const room = roomOf(logOf([OPENED, ...events]));
  return draw(
    <RoomView room={room} connection={{ is: "live" }} me={{ name: "mira", role: "viewer" }} />,
    "viewer",
  );
}

function choice(changed: Partial<ModelChoice> = {}) {
  const payload = { choice: { ...CHOICE, ...changed } };
  return { kind: "model_choice", actor: "second mind", payload };
}

test("a plan that a model chose says so, and what the rules would have done", () => {
  show(choice(), proposal(CHOSEN));

  const said = screen.getByRole("region", { name: "Chosen by a model" });
  expect(said.textContent).toContain("Chosen by scripted/model, a language model.");
  expect(said.textContent).toContain(
    "The rules would have chosen raise the limit that was lowered (risk medium): Raise the memory limit",
  );
  expect(said.textContent).toContain("scale_out.replicas = 7, where the rules would write 6");
  expect(said.textContent).toContain("<img src=x onerror=alert(1)> the release leaks");
  expect(said.querySelector("img")).toBeNull();
  expect(said.textContent).toContain("pods[0].ready = false");
});

test("a plan of the rules says nothing of a model", () => {
  show(proposal());

  expect(screen.queryByRole("region", { name: "Chosen by a model" })).toBeNull();
});

test.each([
  [
    {},
    "scripted/model chooses scale out, scale_out.replicas = 7; the rules: raise the limit that was lowered",
  ],
  [
    { struck_count: 2 },
    "scripted/model chooses scale out, scale_out.replicas = 7; the rules: raise the limit that was lowered; claims struck: 2",
  ],
  [{ chosen: null }, "scripted/model chooses as the rules do: scale out"],
  [
    { chosen: null, note: "it was slow" },
    "The rules choose alone: raise the limit that was lowered",
  ],
])("the stream tells of the choice in a line", (changed, line) => {
  const [, event] = logOf([OPENED, choice(changed)]);

  expect(event && tell(event).text).toBe(line);
});

test("a model's reason is told as its words", () => {
  const [, event] = logOf([OPENED, choice()]);

  expect(event && tell(event).because).toBe(`in its words: “${CHOSEN.reason}”`);
});
