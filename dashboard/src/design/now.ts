/** One clock for everything on the page that tells how long ago something was. */

import { useSyncExternalStore } from "react";

const TICK_MS = 1000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function read(): number {
  if (timer === undefined) now = Date.now();
  return now;
}

/** Return the time in milliseconds; what uses it is drawn again every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}
