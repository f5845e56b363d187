import { expect, test } from "vitest";
import kinds from "../../../sre_agent/domain/events.py?raw";
import { KINDS, tell } from "../../src/incident/tell";
import { logOf, RECORDED } from "./logs";

test("every kind of event that the platform can record is told in words", () => {
  const written = [...kinds.matchAll(/^ {4}[A-Z_]+ = "([a-z_]+)"$/gm)].map((found) => found[1]);

  expect(written.length).toBeGreaterThan(30);
  expect([...KINDS].sort()).toEqual([...written].sort());
});

test.each(Object.entries(RECORDED))("every event of %s has words without holes", (_name, log) => {
  for (const event of log) {
    const { text, because = "" } = tell(event);
    expect(text, event.kind).not.toBe("");
    expect(`${text} ${because}`, event.kind).not.toMatch(/undefined|NaN|\[object|null/);
  }
});

test.each([
  [
    "model_questions",
    {
      inquiry: {
        specialist: "runbooks",
        model: "m",
        questions: [
          {
            topic: "runbook",
            object: { kind: "Deployment", namespace: "web", name: "api" },
            tool: "",
            arguments: { fault_class: "bad_release" },
          },
        ],
        struck: [{ said: "delete_pod()", reason: "no such tool" }],
        struck_count: 1,
        note: "",
      },
    },
    "Its model m asks 1 further question: runbook for bad release of api, 1 struck",
    "delete_pod(): no such tool",
  ],
  [
    "model_questions",
    {
      inquiry: {
        specialist: "logs",
        model: "m",
        questions: [],
        struck: [],
        struck_count: 0,
        note: "it did not answer within 30 s",
      },
    },
    "Its model m was no help",
    "it did not answer within 30 s",
  ],
  ["run_failed", { reason: "the worker died" }, "The run failed", "the worker died"],
  ["specialist_failed", { reason: "no answer" }, "Could not see anything", "no answer"],
  ["grant_refused", { reason: "state changed" }, "Signs no grant", "state changed"],
  ["cancelled", { reason: "a drill" }, "Cancels the incident", "a drill"],
  [
    "plan_withheld",
    { reason: "not sure", recommendation: "look by hand" },
    "No plan: not sure",
    "look by hand",
  ],
  [
    "verdict_given",
    {
      verdict: { judgement: "wrong", note: "saw it" },
      actual: {
        fault_class: "crash_loop",
        object: { kind: "Deployment", namespace: "web", name: "api" },
      },
    },
    "Judges the cause wrong; it was crash loop of Deployment/web/api",
    "saw it",
  ],
  [
    "split",
    {
      incident_id: "inc-made",
      into: "inc-b",
      fingerprints: ["x", "y"],
      services: ["api"],
      reason: "two",
    },
    "Splits off 2 alerts of api into inc-b",
    "two",
  ],
  [
    "split",
    { incident_id: "inc-a", into: "inc-made", fingerprints: ["x"], services: [], reason: "two" },
    "Split off from inc-a: 1 alert",
    "two",
  ],
])("%s is told with its reason", (kind, payload, text, because) => {
  const [event] = logOf([{ kind, payload }]);
  if (event === undefined) throw new Error("no event");

  expect(tell(event)).toMatchObject({ text, because });
});

test("a kind of a newer platform is named rather than passed over", () => {
  const [event] = logOf([{ kind: "moon_landed", payload: { reason: "it was time" } }]);
  if (event === undefined) throw new Error("no event");

  expect(tell(event)).toMatchObject({ text: "moon landed", because: "it was time" });
});
