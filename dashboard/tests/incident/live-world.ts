/** A world whose sockets, answers and time are a test's. */

import type { IncidentEvent } from "../../src/incident/events";
import type { PollAnswer, Socket, World } from "../../src/incident/live";

export class FakeSocket implements Socket {
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  isClosed = false;

  constructor(readonly after: number) {}

  close(): void {
    this.isClosed = true;
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  events(events: readonly IncidentEvent[]): void {
    this.say({ type: "events", events });
  }

  end(code: number): void {
    this.onclose?.({ code });
  }
}

/** A world whose time only passes when a test says so. */
export class FakeWorld implements World {
  time = 0;
  sockets: FakeSocket[] = [];
  polls: { after: number; waitS: number; answer: (page: PollAnswer) => void; fail: () => void }[] =
    [];
  private timers: { at: number; act: () => void }[] = [];

  openSocket(after: number): Socket {
    const socket = new FakeSocket(after);
    this.sockets.push(socket);
    return socket;
  }

  poll(after: number, waitS: number): Promise<PollAnswer> {
    return new Promise((answer, reject) => {
      this.polls.push({ after, waitS, answer, fail: () => reject(new Error("no answer")) });
    });
  }

  now(): number {
    return this.time;
  }

  random(): number {
    return 1;
  }

  later(act: () => void, ms: number): () => void {
    const timer = { at: this.time + ms, act };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((item) => item !== timer);
    };
  }

  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter((item) => item.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((item) => item !== next);
      this.time = next.at;
      next.act();
    }
    this.time = end;
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }
}
