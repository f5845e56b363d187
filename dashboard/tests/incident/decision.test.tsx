// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Role } from "../../src/api/auth";
import { Decision } from "../../src/incident/decision";
import { recorded, until } from "./logs";
import { type Asked, answerWith, draw, newestRun, roomOf } from "./platform";

const WAITING = newestRun(roomOf(until("resolved", "approval_requested")));
const SHA256 = WAITING.proposals[0]?.sha256;
const REQUESTED_MS = Date.parse(WAITING.proposals[0]?.approval?.requestedAt ?? "");

// Roles are slow to find on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let asked: Asked[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: REQUESTED_MS + 60_000 });
  asked = answerWith(200, {});
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));

test("approving takes two steps, and names the plan that was seen", async () => {
  draw(<Decision run={WAITING} isOpen />, "approver");

  press("Approve…");
  expect(asked).toEqual([]);
  const said = screen.getByRole("heading", { name: /Exactly this is done, once, in your name/ });
  const form = said.closest("form");
  if (form === null) throw new Error("no form");
  expect(document.activeElement).toBe(said);
  // The deed, and how it would be taken back.
  expect(within(form).getAllByText(/rollback_rollout/)).toHaveLength(2);
  expect(form.textContent).toContain("to_revision=3");
  expect(form.textContent).toContain("If it does not help or makes it worse, it is taken back");
  press("Yes, do exactly this");

  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toEqual({
    method: "POST",
    path: "/api/v1/incidents/inc-made/approve",
    body: { plan_sha256: SHA256, comment: "" },
  });
});

test("the second half of a double click is no consent", async () => {
  draw(<Decision run={WAITING} isOpen />, "approver");

  press("Approve…");
  const yes = screen.getByRole("button", { name: "Yes, do exactly this" });
  fireEvent.click(yes, { detail: 2 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked).toEqual([]);
  fireEvent.click(yes, { detail: 1 });

  await waitFor(() => expect(asked).toHaveLength(1));
});

test("what would change, who feels it, the undo and the ruling stand beside the buttons", () => {
  draw(<Decision run={WAITING} isOpen />, "approver");

  const plan = screen.getByRole("region", { name: "Plan" });
  expect(plan.querySelector("del")?.textContent).toBe("lab/payments:v4");
  expect(plan.querySelector("ins")?.textContent).toBe("lab/payments:v1");
  expect(plan.textContent).toContain("felt by checkout");
  expect(plan.textContent).toContain("to_revision=4");
  expect(plan.textContent).toContain("a person decides on every change");
  expect(screen.getByRole("timer").textContent).toBe("14 min 00 s left");
});

test("a plan is not rejected without a reason", async () => {
  draw(<Decision run={WAITING} isOpen />, "admin");

  press("Reject…");
  const send = screen.getByRole("button", { name: "Reject the plan" });
  expect(send.hasAttribute("disabled")).toBe(true);
  fireEvent.change(screen.getByLabelText(/Why not/), {
    target: { value: " not during the sale " },
  });
  press("Reject the plan");

  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]?.body).toEqual({ plan_sha256: SHA256, reason: "not during the sale" });
});

test.each<Role>(["viewer", "responder"])("a %s may not decide, and is told why", (role) => {
  draw(<Decision run={WAITING} isOpen />, role);

  const approve = screen.getByRole("button", { name: "Approve…" });
  expect(approve.hasAttribute("disabled")).toBe(true);
  expect(
    screen.getByText(new RegExp(`You are ${role}. This needs the role approver`)),
  ).toBeTruthy();
});

test("a plan that has become another one is refused in the platform's words", async () => {
  answerWith(409, {
    title: "The plan is another one by now",
    hint: "Look at it again.",
    detail: "it is b9e0",
  });
  draw(<Decision run={WAITING} isOpen />, "approver");

  press("Approve…");
  press("Yes, do exactly this");

  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("The plan is another one by now");
  expect(alert.textContent).toContain("it is b9e0");
});

test("nobody decides after the time is over", () => {
  vi.setSystemTime(REQUESTED_MS + 16 * 60_000);
  draw(<Decision run={WAITING} isOpen />, "approver");

  expect(screen.getByRole("timer").textContent).toBe("expired");
  expect(screen.getByRole("button", { name: "Approve…" }).hasAttribute("disabled")).toBe(true);
});

test("a decision that was made shows who made it, and no buttons", () => {
  draw(<Decision run={newestRun(roomOf(recorded("resolved")))} isOpen={false} />, "approver");

  expect(screen.getByText("approved").closest("p")?.textContent).toContain("by operator");
  expect(screen.queryByRole("button", { name: "Approve…" })).toBeNull();
  expect(screen.getByRole("list", { name: "Carrying it out" }).textContent).toContain(
    "rolled back",
  );
});
