// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Decision } from "../../src/incident/decision";
import type { Action } from "../../src/incident/events";
import { dependingOn } from "../../src/incident/leaving-out";
import type { Approval, Run } from "../../src/incident/run";
import { until } from "./logs";
import { type Asked, answerWith, draw, newestRun, roomOf } from "./platform";

const WAITING = newestRun(roomOf(until("resolved", "approval_requested")));
const [FIRST] = WAITING.proposals[0]?.plan.actions ?? [];
const REQUESTED_MS = Date.parse(WAITING.proposals[0]?.approval?.requestedAt ?? "");

vi.setConfig({ testTimeout: 30_000 });

let asked: Asked[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: REQUESTED_MS + 60_000 });
  asked = answerWith(202, {});
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function action(id: string, name: string, needs: string[] = []): Action {
  if (FIRST === undefined) throw new Error("the recording has no action");
  return { ...FIRST, id, needs, target: { ...FIRST.target, name } };
}

function waiting(approval: Partial<Approval>, actions?: Action[]): Run {
  return {
    ...WAITING,
    proposals: WAITING.proposals.map((proposal) => ({
      ...proposal,
      plan: { ...proposal.plan, actions: actions ?? proposal.plan.actions },
      approval: proposal.approval && { ...proposal.approval, ...approval },
    })),
  };
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const tick = (name: RegExp) => screen.getByRole("checkbox", { name }) as HTMLInputElement;

test("later actions on the same object, or that need one, go with what is left out", () => {
  const actions = [
    action("a1", "web"),
    action("a2", "api"),
    action("a3", "web"),
    action("a4", "db", ["a3"]),
  ];

  expect(dependingOn(actions, ["a1"])).toEqual(["a1", "a3", "a4"]);
  expect(dependingOn(actions, ["a3"])).toEqual(["a3", "a4"]);
  expect(dependingOn(actions, [])).toEqual([]);
});

test("an action whose tick is taken away is left out, with what depends on it", async () => {
  draw(
    <Decision
      run={waiting({}, [action("a1", "web"), action("a2", "api"), action("a3", "web")])}
      isOpen
    />,
    "approver",
  );

  press("Approve…");
  fireEvent.click(tick(/do a1/));
  expect([tick(/do a1/).checked, tick(/do a2/).checked, tick(/do a3/).checked]).toEqual([
    false,
    true,
    false,
  ]);
  expect(tick(/do a3/).disabled).toBe(true);
  press("Yes, do what is ticked");

  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]?.body).toMatchObject({ without: ["a1"] });
});

test("whoever takes every tick away is told to reject", () => {
  draw(
    <Decision run={waiting({}, [action("a1", "web"), action("a2", "web")])} isOpen />,
    "approver",
  );

  press("Approve…");
  fireEvent.click(tick(/do a1/));

  expect(screen.getByText(/reject the plan instead/)).toBeTruthy();
  expect(screen.getByRole("button", { name: /what is ticked/ })).toHaveProperty("disabled", true);
});

test("it says how many of several people have said yes, and who", () => {
  const yes = [{ by: "ben", at: "2026-03-01T12:00:00Z", leftOut: ["a2"] }];
  draw(<Decision run={waiting({ people: 2, yes })} isOpen />, "approver");

  expect(screen.getByText("1 of 2 approved").parentElement?.textContent).toBe(
    "1 of 2 approved, waiting for another",
  );
  expect(screen.getByText(/ben at .*, without a2/)).toBeTruthy();
});

test("a plan whose objects changed says so instead of naming a decider", () => {
  draw(
    <Decision run={waiting({ verdict: "voided", reason: "web was scaled" })} isOpen />,
    "approver",
  );

  const plan = screen.getByRole("region", { name: "Plan" });
  expect(plan.textContent).toContain("changed after you looked: look again");
  expect(plan.textContent).toContain("web was scaled");
});

const STOPPED = { brake: "halted", reason: "writes are halted by eve: drill", until: null };

/** A plan that waits until somebody presses a button. */
function Deciding() {
  const [verdict, decide] = useState<Approval["verdict"]>("open");
  return (
    <>
      <button type="button" onClick={() => decide("approved")}>
        somebody says yes
      </button>
      <Decision run={waiting({ verdict })} isOpen />
    </>
  );
}

test("a plan that waits lists the brakes that hold it, and keeps them once it is approved", async () => {
  const sha256 = WAITING.proposals[0]?.sha256;
  answerWith(200, { plan_sha256: sha256, held_by: [STOPPED] });
  draw(<Deciding />, "approver");

  const said = "writes are halted by eve: drill (until a person ends it)";
  expect(await screen.findByText(`Held now: ${said}`)).toBeTruthy();
  press("somebody says yes");
  expect(screen.getByText(`Held when it was approved: ${said}`)).toBeTruthy();
});

test("a yes that fell is not counted, and why is said", async () => {
  const yes = [{ by: "ben", at: "2026-03-01T12:00:00Z", leftOut: [] }];
  answerWith(200, {
    plan_sha256: WAITING.proposals[0]?.sha256,
    held_by: [],
    approval: { given: 0 },
  });
  draw(<Decision run={waiting({ people: 2, yes })} isOpen />, "approver");

  const said = await screen.findByText("0 of 2 approved");
  expect(said.parentElement?.textContent).toBe(
    "0 of 2 approved, waiting for 2 different people; who was shut out took their yes along",
  );
});

test("brakes of another plan are not shown beside this one", async () => {
  answerWith(200, { plan_sha256: "another", held_by: [STOPPED] });
  draw(<Decision run={waiting({})} isOpen />, "approver");

  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(screen.queryByText(/Held now/)).toBeNull();
});
