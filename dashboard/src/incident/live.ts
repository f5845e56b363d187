/** One incident's log as it grows: replay, follow, and come back after every cut without loss. */

import type { IncidentEvent } from "./events";
import { EMPTY, fold, type Room } from "./fold";

export type Connection =
  | { is: "connecting" }
  | { is: "replaying" }
  | { is: "live" }
  | { is: "polling" }
  | { is: "reconnecting"; heardAt: number | null; retryAt: number }
  | { is: "over"; why: "signed-out" | "forbidden" | "missing" };

export interface State {
  room: Room;
  connection: Connection;
  /** Whether everything there was at the start has been read. */
  isCaughtUp: boolean;
}

export interface EventPage {
  events: IncidentEvent[];
  last_seq: number;
  status: string;
}

/** The parts of a WebSocket that are used here. */
export interface Socket {
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((closed: { code: number }) => void) | null;
  close(code?: number): void;
}

export type PollAnswer = EventPage | { refused: "signed-out" | "forbidden" | "missing" };

/** What the world gives: sockets, answers, time and chance. */
export interface World {
  openSocket(after: number): Socket;
  /** Ask for the events after a number, waiting for some; throws when the platform does not answer. */
  poll(after: number, waitS: number, signal: AbortSignal): Promise<PollAnswer>;
  now(): number;
  random(): number;
  later(act: () => void, ms: number): () => void;
}

export const BACKOFF_FIRST_MS = 400;
export const BACKOFF_MAX_MS = 10_000;
/** After so many sockets in a row that brought nothing, ask by HTTP instead. */
export const SOCKETS_MAX = 3;
/** How long to ask by HTTP before a socket is tried again: short at first, since all may be well by then. */
export const POLLING_FIRST_MS = 3_000;
export const POLLING_MS = 60_000;
/** The platform says something at least every 20 s; silence of this length is a dead connection. */
export const SILENCE_MAX_MS = 45_000;
/** A socket that has brought nothing for so long is given up when something says that all may be well. */
export const TRIED_MAX_MS = 3_000;
const DRAW_MS = 16;
/** How long an answer by HTTP may wait for news. */
const POLL_WAIT_MAX_S = 25;

const REFUSALS: Readonly<Record<number, "signed-out" | "forbidden" | "missing">> = {
  4401: "signed-out",
  4403: "forbidden",
  4404: "missing",
};
const TOO_SLOW = 4008;

type Frame =
  | { type: "events"; events: IncidentEvent[] }
  | { type: "caught_up" }
  | { type: "resume" }
  | { type: "ping" };

export class Live {
  private state: State = { room: EMPTY, connection: { is: "connecting" }, isCaughtUp: false };
  private socket: Socket | null = null;
  private openedAt = 0;
  /** Sockets in a row that brought nothing although the platform may answer. */
  private deadSockets = 0;
  /** Attempts of any kind since something worked: the wait grows with them. */
  private tries = 0;
  private pollingMs = POLLING_FIRST_MS;
  private heardAt: number | null = null;
  private isStopped = false;
  private cancelRetry = () => {};
  private cancelDraw: (() => void) | null = null;
  private cancelWatch = () => {};
  private polling: AbortController | null = null;
  private pollUntil = 0;

  constructor(
    private readonly world: World,
    private readonly show: (state: State) => void,
  ) {}

  start(): void {
    this.connect();
  }

  stop(): void {
    this.isStopped = true;
    this.cancelRetry();
    this.cancelDraw?.();
    this.drop();
    this.polling?.abort();
  }

  /** Try again at once, because something says that it may work now. */
  hurry(): void {
    const { is } = this.state.connection;
    if (this.isStopped || (is !== "reconnecting" && is !== "polling")) return;
    if (this.polling !== null) {
      // The answer under way is still taken; then a socket goes on after it.
      this.pollUntil = 0;
      return;
    }
    // One that is just being tried may be through by now: a second beside it would never be closed.
    if (this.socket !== null && this.world.now() - this.openedAt < TRIED_MAX_MS) return;
    this.drop();
    this.cancelRetry();
    this.connect();
  }

  private connect(): void {
    if (this.isStopped) return;
    if (this.deadSockets >= SOCKETS_MAX) {
      void this.poll();
      return;
    }
    const socket = this.world.openSocket(this.state.room.lastSeq);
    this.socket = socket;
    this.openedAt = this.world.now();
    this.watch();
    socket.onmessage = ({ data }) => {
      if (socket === this.socket) this.hear(data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.socket) this.closed(code);
    };
  }

  private hear(data: unknown): void {
    const frame = read(data);
    this.heardAt = this.world.now();
    this.watch();
    if (frame === null) return;
    if (frame.type === "events") this.take(frame.events, "replaying");
    if (frame.type === "caught_up") {
      this.deadSockets = 0;
      this.tries = 0;
      this.pollingMs = POLLING_FIRST_MS;
      this.change({ connection: { is: "live" }, isCaughtUp: true });
    }
    if (frame.type === "resume") this.again();
  }

  private take(events: readonly IncidentEvent[], during: "replaying" | "polling"): void {
    const { room, isGapped } = fold(this.state.room, events);
    const is = this.state.connection.is === "live" ? "live" : during;
    this.change({ room, connection: { is } });
    // What was missed is read again from the last event that is known for certain.
    if (isGapped) this.again();
  }

  private closed(code: number): void {
    this.socket = null;
    this.cancelWatch();
    const why = REFUSALS[code];
    if (why !== undefined) this.change({ connection: { is: "over", why } });
    else if (code === TOO_SLOW) this.connect();
    else {
      this.deadSockets += 1;
      this.retry();
    }
  }

  /** Read on from the last known event in a new connection. */
  private again(): void {
    this.drop();
    this.deadSockets += 1;
    this.retry();
  }

  private retry(): void {
    const roof = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** this.tries);
    this.tries += 1;
    const wait = roof * (0.5 + this.world.random() / 2);
    const retryAt = this.world.now() + wait;
    this.change({ connection: { is: "reconnecting", heardAt: this.heardAt, retryAt } });
    this.cancelRetry = this.world.later(() => this.connect(), wait);
  }

  private async poll(): Promise<void> {
    this.pollUntil = this.world.now() + this.pollingMs;
    this.pollingMs = Math.min(POLLING_MS, this.pollingMs * 2);
    const asked = new AbortController();
    this.polling = asked;
    // The first answer comes at once: it tells whether the platform is there at all.
    let waitS = 0;
    while (!asked.signal.aborted && this.world.now() < this.pollUntil) {
      try {
        const answer = await this.world.poll(this.state.room.lastSeq, waitS, asked.signal);
        if (asked.signal.aborted) return;
        if ("refused" in answer) {
          this.polling = null;
          this.change({ connection: { is: "over", why: answer.refused } });
          return;
        }
        const leftS = Math.max(1, Math.ceil((this.pollUntil - this.world.now()) / 1000));
        waitS = Math.min(POLL_WAIT_MAX_S, leftS);
        this.tries = 0;
        this.heardAt = this.world.now();
        this.take(answer.events, "polling");
        this.change({ connection: { is: "polling" }, isCaughtUp: true });
      } catch {
        // Whatever kept the answer away, it is asked for again, and the page says so meanwhile.
        if (asked.signal.aborted) return;
        this.polling = null;
        // It is the platform that is away, not its sockets: they are tried again first.
        this.deadSockets = 0;
        this.pollingMs = POLLING_FIRST_MS;
        this.retry();
        return;
      }
    }
    if (asked.signal.aborted) return;
    this.polling = null;
    this.deadSockets = SOCKETS_MAX - 1;
    this.connect();
  }

  private watch(): void {
    this.cancelWatch();
    this.cancelWatch = this.world.later(() => {
      this.drop();
      this.deadSockets += 1;
      this.retry();
    }, SILENCE_MAX_MS);
  }

  private drop(): void {
    this.cancelWatch();
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(1000);
  }

  private change(part: Partial<State>): void {
    this.state = { ...this.state, ...part };
    // Many events in a moment are drawn once.
    this.cancelDraw ??= this.world.later(() => {
      this.cancelDraw = null;
      this.show(this.state);
    }, DRAW_MS);
  }
}

function read(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as Frame) : null;
  } catch {
    return null;
  }
}
