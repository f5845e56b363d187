import { expect, test } from "vitest";
import { EMPTY, eventsOf, fold, type Room } from "../../src/incident/fold";
import { logOf, OPENED, RECORDED, recorded, until } from "./logs";

function roomOf(events: Parameters<typeof fold>[1]): Room {
  return fold(EMPTY, events).room;
}

function last<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new Error("there is none");
  return item;
}

test("a repaired incident ends resolved, with its plan, its decision and every check", () => {
  const room = roomOf(recorded("resolved"));

  const run = last(room.runs);
  const proposal = last(run.proposals);
  expect(room.status).toBe("resolved");
  expect(run.diagnosis?.causes[0]?.fault_class).toBe("bad_release");
  expect(proposal.approval?.verdict).toBe("approved");
  expect(Object.values(proposal.actions)[0]).toMatchObject({ status: "ok", outcome: "applied" });
  expect(proposal.verification).toMatchObject({ result: "resolved", isOver: true });
  expect(proposal.verification?.checks.every((check) => check.startsWith("good"))).toBe(true);
  expect(room.reportAt).not.toBeNull();
});

test.each(Object.keys(RECORDED))(
  "%s gives the same room in one piece and event by event",
  (name) => {
    const whole = roomOf(recorded(name));

    const bitByBit = recorded(name).reduce<Room>((room, event) => fold(room, [event]).room, EMPTY);

    expect(bitByBit).toEqual(whole);
  },
);

test("events that came before change nothing", () => {
  const room = roomOf(recorded("resolved"));

  const again = fold(room, recorded("resolved").slice(10, 40));

  expect(again.room).toBe(room);
  expect(again.isGapped).toBe(false);
});

test("a gap is told, and nothing after it is taken", () => {
  const log = recorded("resolved");
  const room = roomOf(log.slice(0, 20));

  const after = fold(room, [...log.slice(20, 25), ...log.slice(30, 40)]);

  expect(after.isGapped).toBe(true);
  expect(after.room.lastSeq).toBe(25);
  expect(fold(after.room, log.slice(25)).room).toEqual(roomOf(log));
});

test("an approval waits until somebody decides", () => {
  const waiting = last(roomOf(until("resolved", "approval_requested")).runs);
  expect(last(waiting.proposals).approval?.verdict).toBe("open");

  const decided = last(roomOf(until("resolved", "approval_decided")).runs);
  expect(last(decided.proposals).approval).toMatchObject({ verdict: "approved" });
});

test("a run that was rejected stays as it was when another one begins", () => {
  const room = roomOf(recorded("steered"));

  const [first, second] = room.runs;
  expect(room.runs).toHaveLength(2);
  expect(first).toMatchObject({ number: 1, status: "escalated" });
  expect(last(first?.proposals ?? []).approval).toMatchObject({ verdict: "rejected" });
  expect(second).toMatchObject({ number: 2, status: "resolved" });
  expect(room.acknowledgedBy).toHaveLength(1);
  expect(room.assignedTo).toBe("mira");
  expect(room.comments[0]?.text).toContain("<b>Not</b>");
  expect(room.verdict?.judgement).toBe("right");
});

test("every event belongs to exactly one run", () => {
  const room = roomOf(recorded("reopened"));

  const parts = room.runs.map((run) => eventsOf(room, run));

  expect(room.runs.length).toBeGreaterThan(2);
  expect(parts.flat()).toEqual(room.events);
});

test("what a person paused is paused until it goes on", () => {
  const paused = [OPENED, { kind: "paused", actor: "mira", payload: { reason: "wait" } }];
  expect(roomOf(logOf(paused))).toMatchObject({ isPaused: true, pausedBy: "mira" });

  const resumed = logOf([...paused, { kind: "resumed", actor: "mira", payload: { reason: "" } }]);
  expect(roomOf(resumed).isPaused).toBe(false);
});

test("alerts that were split off are no longer its own", () => {
  const alert = (fingerprint: string) => ({
    kind: "alert_received",
    payload: { fingerprint, name: "Slow", summary: "slow" },
  });
  const split = {
    kind: "split",
    payload: { incident_id: "inc-made", into: "inc-other", fingerprints: ["b"], reason: "another" },
  };

  const room = roomOf(logOf([OPENED, alert("a"), alert("b"), split]));

  expect(room.alerts.map((item) => item.fingerprint)).toEqual(["a"]);
  expect(room.splitInto).toEqual(["inc-other"]);
});

test("a refused grant is shown at the action that did not get it", () => {
  const log = until("resolved", "approval_decided");
  const refused = logOf(
    [{ kind: "grant_refused", payload: { action_id: "a1", reason: "the state changed" } }],
    log.length,
  );

  const run = last(roomOf([...log, ...refused]).runs);

  expect(last(run.proposals).actions.a1?.refused).toBe("the state changed");
});

test("five thousand events are folded in well under a second", () => {
  const evidence = (index: number) => ({
    kind: "evidence_added",
    actor: "logs",
    payload: { evidence: { id: `log-${index}`, kind: "logs.error_patterns", facts: {} } },
  });
  const log = logOf([OPENED, ...Array.from({ length: 4999 }, (_, index) => evidence(index))]);

  const began = performance.now();
  const room = roomOf(log);

  expect(room.lastSeq).toBe(5000);
  expect(performance.now() - began).toBeLessThan(1000);
});
