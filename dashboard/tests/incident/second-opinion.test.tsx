// @vitest-environment jsdom
import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { ModelOpinion } from "../../src/incident/events";
import { RoomView } from "../../src/incident/room";
import { tell } from "../../src/incident/tell";
import { logOf, OPENED } from "./logs";
import { draw, roomOf } from "./platform";

// Roles of a whole page are slow to find on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

afterEach(cleanup);

const OBJECT = { kind: "Deployment", namespace: "shop", name: "web" };

const OPINION: ModelOpinion = {
  model: "scripted/model",
  causes: [
    {
      fault_class: "out_of_memory",
      object: OBJECT,
      statement: "<img src=x onerror=alert(1)> memory ran out",
      claims: [{ evidence_id: "k8s-1", path: "pods[0].ready", value: false }],
      standing: "new",
      reason: "no rule proposes it",
      confidence: 0.17,
    },
  ],
  struck: [{ said: "k8s-99 is bad", reason: "there is no such evidence" }],
  struck_count: 1,
  effect: "It names another cause: the confidence goes from 88% to 79%.",
  note: "",
};

function ranked(confidence: number) {
  const cause = {
    fault_class: "bad_release",
    object: OBJECT,
    confidence,
    statement: "it was released",
    findings: [],
  };
  return { causes: [cause], abstained: false, conclusion: "cause_found", reason: "it is so" };
}

const RANKED = {
  kind: "causes_ranked",
  actor: "reflector",
  payload: { round: 1, diagnosis: ranked(0.88) },
};

function said(opinion: ModelOpinion, more: object = {}) {
  return { kind: "model_opinion", actor: "second mind", payload: { opinion, ...more } };
}

function show(...events: { kind: string; actor: string; payload: object }[]) {
  const room = roomOf(logOf([OPENED, ...events]));
  return draw(
    <RoomView room={room} connection={{ is: "live" }} me={{ name: "mira", role: "viewer" }} />,
    "viewer",
  );
}

test("a model's opinion stands apart, as text, with what was struck", () => {
  show(RANKED, said(OPINION, { diagnosis: ranked(0.79) }));

  const opinion = screen.getByRole("region", { name: "Second opinion" });
  expect(opinion.textContent).toContain("an opinion only");
  expect(opinion.textContent).toContain("<img src=x onerror=alert(1)> memory ran out");
  expect(opinion.querySelector("img")).toBeNull();
  expect(opinion.textContent).toContain("pods[0].ready = false");
  expect(opinion.textContent).toContain("1 claim was struck");
  const causes = screen.getByRole("region", { name: "Causes" });
  expect(within(causes).getAllByText("79%").length).toBeGreaterThan(0);
});

test("without a model nothing is said of one", () => {
  show(RANKED);

  expect(screen.queryByRole("region", { name: "Second opinion" })).toBeNull();
});

test("a model that was no help leaves its reason", () => {
  const silent = { ...OPINION, causes: [], struck: [], struck_count: 0, effect: "" };

  show(RANKED, said({ ...silent, note: "connection refused" }));

  const opinion = screen.getByRole("region", { name: "Second opinion" });
  expect(opinion.textContent).toContain("There is none: connection refused");
});

test("the stream tells of it in a line", () => {
  const [, event] = logOf([OPENED, said(OPINION)]);

  expect(event && tell(event).text).toBe(
    "scripted/model thinks: out of memory of Deployment/shop/web",
  );
});
