// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Role } from "../../src/api/auth";
import type { IncidentEvent } from "../../src/incident/events";
import { RoomView } from "../../src/incident/room";
import { logOf, OPENED, recorded, until } from "./logs";
import { answerWith, draw, roomOf } from "./platform";

// Roles of a whole page are slow to find on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

afterEach(cleanup);

function show(events: readonly IncidentEvent[], role: Role = "responder") {
  return draw(
    <RoomView room={roomOf(events)} connection={{ is: "live" }} me={{ name: "mira", role }} />,
    role,
  );
}

const ABSTAINED = {
  kind: "causes_ranked",
  actor: "reflector",
  payload: {
    round: 1,
    diagnosis: {
      causes: [],
      abstained: true,
      conclusion: "undecided",
      reason: "too little was seen",
    },
  },
};

test("who looks is told that nothing is sure, and what could not be seen", () => {
  const blind = {
    kind: "specialist_failed",
    actor: "logs",
    payload: {
      specialist: "logs",
      round: 1,
      calls: 1,
      evidence: [],
      gaps: [{ specialist: "logs", call: null, status: "unreachable", reason: "no answer in 5 s" }],
      reason: "no answer in 5 s",
    },
  };

  show(logOf([OPENED, blind, ABSTAINED]));

  const causes = screen.getByRole("region", { name: "Causes" });
  expect(causes.textContent).toContain("No cause is sure enough to act on. too little was seen");
  const seen = screen.getByRole("region", { name: "What was looked at" });
  expect(seen.textContent).toContain("unreachable: no answer in 5 s");
});

test("a cause says in three lines what it is, why, and why not the next one", () => {
  const lines = [
    "Image not found: Deployment/shop/web.",
    "Because it says so.",
    "Not crash_loop of web.",
  ];
  const cause = {
    fault_class: "image_not_found",
    object: { kind: "Deployment", namespace: "shop", name: "web" },
    confidence: 0.9,
    statement: "it says so",
    findings: [],
    explanation: lines,
  };
  const diagnosis = { causes: [cause], abstained: false, conclusion: "cause_found", reason: "" };

  show(logOf([OPENED, { ...ABSTAINED, payload: { round: 1, diagnosis } }]));

  const causes = screen.getByRole("region", { name: "Causes" });
  const told = within(causes)
    .getAllByRole("listitem")
    .map((item) => item.textContent);
  expect(told).toEqual(expect.arrayContaining(lines));
});

test("evidence opens beside the page, and Escape gives the focus back", async () => {
  show(until("resolved", "plan_proposed"));
  const causes = screen.getByRole("region", { name: "Causes" });
  const [cite] = within(causes).getAllByRole("button", { name: /^Evidence / });
  if (cite === undefined) throw new Error("nothing is cited");

  cite.focus();
  fireEvent.click(cite);
  const panel = screen.getByRole("complementary", { name: /^Evidence / });
  expect(panel.textContent).toContain("Findings that rest on it");
  expect(document.activeElement?.tagName).toBe("H2");

  fireEvent.keyDown(document, { key: "Escape" });
  await waitFor(() => expect(document.activeElement).toBe(cite));
});

test("a viewer finds every step off, each with the reason", () => {
  show(until("resolved", "approval_requested"), "viewer");

  const steps = within(screen.getByRole("toolbar", { name: "Steer the incident" }));
  for (const button of steps.getAllByRole("button")) {
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(button.getAttribute("title")).toContain("needs the role responder");
  }
  expect(screen.queryByLabelText("Comment")).toBeNull();
});

test("a responder says that they have seen it", async () => {
  const asked = answerWith(200, {});
  show(until("resolved", "approval_requested"));

  fireEvent.click(screen.getByRole("button", { name: "Acknowledge" }));

  await waitFor(() =>
    expect(asked[0]?.path).toBe("/api/v1/incidents/inc-3619ac8397375389/acknowledge"),
  );
});

test("the runs of an incident are looked at one by one", () => {
  show(recorded("steered"));
  expect(screen.getByRole("region", { name: "Outcome" }).textContent).toContain("Resolved");

  fireEvent.click(screen.getByRole("radio", { name: "run 1" }));

  expect(screen.getByRole("region", { name: "Outcome" }).textContent).toContain(
    "Handed over to people",
  );
  expect(screen.getByText(/This is run 1\. The newest is run 2\./)).toBeTruthy();
});

test("only what was asked for is shown in the stream", () => {
  show(recorded("steered"));
  const steps = () => within(screen.getByRole("list", { name: /^Steps/ }));
  fireEvent.click(screen.getByRole("radio", { name: "run 1" }));
  expect(steps().queryAllByText(/→/).length).toBeGreaterThan(0);

  fireEvent.change(screen.getByLabelText("Show"), { target: { value: "people" } });

  expect(steps().queryAllByText(/→/)).toHaveLength(0);
  expect(steps().getByText("Assigns it to mira")).toBeTruthy();
});

test("of a very long log the newest steps are drawn, and the others on request", () => {
  const comments = Array.from({ length: 400 }, (_, index) => ({
    kind: "commented",
    actor: "mira",
    payload: { text: `word ${index}` },
  }));
  show(logOf([OPENED, ...comments]));
  expect(screen.getByText("word 399")).toBeTruthy();
  expect(screen.queryByText("word 10")).toBeNull();

  fireEvent.click(screen.getByRole("button", { name: /Show earlier steps/ }));

  expect(screen.getByText("word 110")).toBeTruthy();
});
