import { beforeEach, expect, test } from "vitest";
import type { IncidentEvent } from "../../src/incident/events";
import {
  BACKOFF_FIRST_MS,
  type EventPage,
  Live,
  POLLING_FIRST_MS,
  SILENCE_MAX_MS,
  SOCKETS_MAX,
  type State,
  TRIED_MAX_MS,
} from "../../src/incident/live";
import { FakeWorld } from "./live-world";
import { recorded } from "./logs";

const LOG = recorded("resolved");
let world: FakeWorld;
let seen: State[];
let live: Live;

function shown(): State {
  world.pass(20);
  const state = seen.at(-1);
  if (state === undefined) throw new Error("nothing was shown");
  return state;
}

const settle = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  world = new FakeWorld();
  seen = [];
  live = new Live(world, (state) => seen.push(state));
  live.start();
});

test("it replays, then is live", () => {
  world.socket.events(LOG.slice(0, 50));
  expect(shown()).toMatchObject({ connection: { is: "replaying" }, isCaughtUp: false });

  world.socket.events(LOG.slice(50));
  world.socket.say({ type: "caught_up", last_seq: LOG.length });

  expect(shown()).toMatchObject({ connection: { is: "live" }, isCaughtUp: true });
  expect(shown().room.lastSeq).toBe(LOG.length);
});

test("after a cut it goes on from the last event, without loss or doubling", () => {
  world.socket.events(LOG.slice(0, 40));
  world.socket.end(1006);
  expect(shown().connection.is).toBe("reconnecting");

  world.pass(1000);
  expect(world.socket.after).toBe(40);
  world.socket.events(LOG.slice(38));

  expect(shown().room.events).toEqual(LOG);
});

test("what it knows stays shown while it reconnects", () => {
  world.socket.events(LOG.slice(0, 40));
  world.socket.end(1006);

  expect(shown().room.lastSeq).toBe(40);
});

test("a gap is read again from the last event before it", () => {
  world.socket.events(LOG.slice(0, 10));
  const first = world.socket;
  first.events(LOG.slice(12, 20));
  expect(first.isClosed).toBe(true);

  world.pass(1000);

  expect(world.socket).not.toBe(first);
  expect(world.socket.after).toBe(10);
});

test("who was too slow connects again at once", () => {
  world.socket.events(LOG.slice(0, 30));
  const first = world.socket;
  first.end(4008);

  expect(world.socket).not.toBe(first);
  expect(world.socket.after).toBe(30);
});

test.each([
  [4401, "signed-out"],
  [4403, "forbidden"],
  [4404, "missing"],
])("close code %i is final: %s", (code, why) => {
  world.socket.end(code);

  expect(shown().connection).toEqual({ is: "over", why });
  world.pass(120_000);
  expect(world.sockets).toHaveLength(1);
});

test("it waits longer after each failure, ten seconds at most", () => {
  const waits = [0, 1].map(() => {
    world.socket.end(1006);
    const { connection } = shown();
    if (connection.is !== "reconnecting") throw new Error("it does not wait");
    const wait = connection.retryAt - world.time + 20;
    world.pass(10_000);
    return wait;
  });

  expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
  expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
});

test("a connection that says nothing is given up", () => {
  world.socket.events(LOG.slice(0, 5));
  const first = world.socket;

  world.pass(SILENCE_MAX_MS - 1);
  expect(first.isClosed).toBe(false);
  first.say({ type: "ping" });
  world.pass(SILENCE_MAX_MS - 1);
  expect(first.isClosed).toBe(false);

  world.pass(2);
  expect(first.isClosed).toBe(true);
});

test("when no socket works it asks by HTTP, and takes nothing twice", async () => {
  for (let failure = 0; failure < SOCKETS_MAX; failure += 1) {
    world.socket.end(1006);
    world.pass(2_000);
  }
  expect(world.polls).toHaveLength(1);

  const page = (events: readonly IncidentEvent[]): EventPage => ({
    events: [...events],
    last_seq: events.at(-1)?.seq ?? 0,
    status: "investigating",
  });
  world.polls[0]?.answer(page(LOG.slice(0, 25)));
  await settle();
  expect(shown()).toMatchObject({ connection: { is: "polling" } });
  expect(world.polls[1]?.after).toBe(25);
  expect(world.polls.map((poll) => poll.waitS)).toEqual([0, POLLING_FIRST_MS / 1000]);

  world.polls[1]?.answer({ refused: "signed-out" });
  await settle();
  expect(shown().connection).toEqual({ is: "over", why: "signed-out" });
});

test("it soon tries a socket again after an outage", async () => {
  for (let failure = 0; failure < SOCKETS_MAX; failure += 1) {
    world.socket.end(1006);
    world.pass(10_000);
  }
  const tried = world.sockets.length;

  world.pass(POLLING_FIRST_MS);
  world.polls[0]?.answer({ events: [], last_seq: 0, status: "investigating" });
  await settle();

  expect(world.sockets).toHaveLength(tried + 1);
});

test("while the platform is away sockets are tried again and again, and one that opens is live", async () => {
  for (let round = 0; round < 3; round += 1) {
    for (let failure = 0; failure < SOCKETS_MAX; failure += 1) {
      world.socket.end(1006);
      world.pass(10_000);
    }
    expect(world.polls).toHaveLength(round + 1);
    world.polls[round]?.fail();
    await settle();
    const tried = world.sockets.length;
    world.pass(10_000);
    expect(world.sockets).toHaveLength(tried + 1);
  }

  world.socket.say({ type: "caught_up", last_seq: 0 });

  expect(shown().connection).toEqual({ is: "live" });
});

test("what says that all is well again brings a socket after the answer under way", async () => {
  for (let failure = 0; failure < SOCKETS_MAX; failure += 1) {
    world.socket.end(1006);
    world.pass(2_000);
  }
  world.polls[0]?.answer({ events: [], last_seq: 0, status: "investigating" });
  await settle();
  const tried = world.sockets.length;

  live.hurry();
  world.polls[1]?.answer({ events: LOG.slice(0, 5), last_seq: 5, status: "investigating" });
  await settle();

  expect(world.sockets).toHaveLength(tried + 1);
  expect(world.socket.after).toBe(5);
  expect(world.polls).toHaveLength(2);
});

test("nothing comes after it was stopped", () => {
  world.socket.events(LOG.slice(0, 5));
  live.stop();
  const count = seen.length;

  expect(world.socket.isClosed).toBe(true);
  world.pass(120_000);
  expect(seen).toHaveLength(count);
  expect(world.sockets).toHaveLength(1);
});

test("words that are no frame are passed over", () => {
  world.socket.onmessage?.({ data: "not json" });
  world.socket.onmessage?.({ data: "[]" });
  world.socket.events(LOG.slice(0, 3));

  expect(shown().room.lastSeq).toBe(3);
});

test("a hint that it may work now leaves the socket alone that is just being tried", () => {
  world.socket.events(LOG.slice(0, 3));
  world.socket.end(1006);
  world.pass(BACKOFF_FIRST_MS);
  const tried = world.socket;

  live.hurry();

  expect(world.socket).toBe(tried);
  expect(world.sockets).toHaveLength(2);
});

test("a socket that has been tried for long is given up for a new one, and closed", () => {
  world.socket.events(LOG.slice(0, 3));
  world.socket.end(1006);
  world.pass(BACKOFF_FIRST_MS);
  const tried = world.socket;
  world.pass(TRIED_MAX_MS);

  live.hurry();
  world.socket.events(LOG.slice(3, 5));

  expect(world.sockets).toHaveLength(3);
  expect(tried.isClosed).toBe(true);
  expect(world.socket.after).toBe(3);
  expect(shown().room.lastSeq).toBe(5);
});
