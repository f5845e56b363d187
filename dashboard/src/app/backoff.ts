const FIRST_MS = 500;
const MOST_MS = 10_000;

/** How long to wait before the next try: longer each time, and not the same for everybody. */
export class Backoff {
  private tries = 0;

  reset(): void {
    this.tries = 0;
  }

  /** Return the next pause in milliseconds, between half of its length and the whole. */
  next(random: number = Math.random()): number {
    const pause = Math.min(MOST_MS, FIRST_MS * 2 ** this.tries);
    this.tries = Math.min(this.tries + 1, 10);
    return pause / 2 + (random * pause) / 2;
  }
}
