// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Choice, Plan } from "../../src/incident/events";
import { Why } from "../../src/incident/why";

afterEach(cleanup);

const CHOICE: Choice = {
  title: "A commit brought it",
  why: "it is for bad_release",
  step: "roll back and open an issue",
  condition: "the commit cannot be taken back now",
  passed_over: ["take the commit back: app.py conflicts"],
  not_seen: [],
  escalation: "",
};

function plan(more: Partial<Choice>): Plan {
  const choice = { ...CHOICE, ...more };
  return {
    playbook: "code-change",
    summary: "",
    fault_class: "bad_release",
    confidence: 0.9,
    cause_object: { kind: "Deployment", namespace: "prod", name: "web" },
    actions: [],
    choice,
  };
}

test("what was weighed and what stays is shown, as text", () => {
  const warning = "commit <b>c0ffee</b> stays: the next deploy brings the fault back";
  render(<Why plan={plan({ weighed: ["speed: within 60 s"], warnings: [warning] })} />);

  expect(screen.getByText("speed: within 60 s").tagName).toBe("LI");
  expect(screen.getByText(warning).className).toBe("warning");
});

test("a plan from before says neither", () => {
  const { container } = render(<Why plan={plan({})} />);

  expect(container.querySelector(".weighed")).toBeNull();
  expect(container.querySelector(".warning")).toBeNull();
});
