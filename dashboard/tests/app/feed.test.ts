import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Backoff } from "../../src/app/backoff";
import { follow, touchedBy } from "../../src/app/follow";

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  isClosed = false;

  close(): void {
    this.isClosed = true;
  }
}

function begin() {
  const sockets: FakeSocket[] = [];
  const told: string[][] = [];
  const states: boolean[] = [];
  let signedOut = 0;
  const feed = follow(
    {
      onOpen: (isOpen) => states.push(isOpen),
      onChange: (keys) => told.push([...keys].toSorted()),
      onSignedOut: () => {
        signedOut += 1;
      },
    },
    () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  );
  const last = () => sockets.at(-1) as FakeSocket;
  const say = (frame: object) => last().onmessage?.({ data: JSON.stringify(frame) });
  return { feed, sockets, told, states, last, say, signedOut: () => signedOut };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("many changes at once make what is shown be asked for once", () => {
  const { say, told } = begin();

  for (let index = 0; index < 50; index += 1) say({ type: "incident", incident: {} });
  vi.advanceTimersByTime(1000);

  expect(told).toEqual([["decisions", "incidents"]]);
});

test("the switch is told of by itself, and a ping of nothing", () => {
  const { say, told } = begin();

  say({ type: "ping" });
  say({ type: "halt", halted: true, reason: "drill" });
  vi.advanceTimersByTime(1000);

  expect(told).toEqual([["halt"]]);
});

test("after a cut it connects again, and a snapshot renews everything", () => {
  const { sockets, states, last, say, told } = begin();
  last().onopen?.();
  last().onclose?.({ code: 1006 });

  vi.advanceTimersByTime(10_000);
  last().onopen?.();
  say({ type: "snapshot", incidents: [] });
  vi.advanceTimersByTime(1000);

  expect(sockets).toHaveLength(2);
  expect(states).toEqual([true, false, true]);
  expect(told).toEqual([["decisions", "halt", "incidents"]]);
});

test("a session that is over asks who we are; a refusal is final", () => {
  const over = begin();
  over.last().onclose?.({ code: 4401 });
  const refused = begin();
  refused.last().onclose?.({ code: 4403 });

  vi.advanceTimersByTime(60_000);

  expect(over.signedOut()).toBe(1);
  expect(refused.sockets).toHaveLength(1);
});

test("once stopped it neither tells nor connects any more", () => {
  const { feed, sockets, say, told, last } = begin();
  say({ type: "incident" });

  feed.stop();
  vi.advanceTimersByTime(60_000);

  expect(last().isClosed).toBe(true);
  expect(told).toEqual([]);
  expect(sockets).toHaveLength(1);
});

test.each(["", "not json", "[]", "null", '{"type":7}'])("the frame %j changes nothing", (data) => {
  expect(touchedBy(data)).toEqual([]);
});

test("pauses grow to ten seconds, are never nothing, and begin anew after a success", () => {
  const backoff = new Backoff();

  const pauses = Array.from({ length: 12 }, () => backoff.next(1));
  backoff.reset();

  expect(pauses[0]).toBe(500);
  expect(Math.max(...pauses)).toBe(10_000);
  expect(backoff.next(0)).toBe(250);
});
