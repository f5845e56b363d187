/** The switch that stops all writing. */

import { ask } from "./http";

export interface Halt {
  halted: boolean;
  reason: string | null;
  actor?: string | null;
  since?: string | null;
}

export function show(signal?: AbortSignal): Promise<Halt> {
  return ask("GET", "halt", { signal });
}

export function stop(reason: string): Promise<Halt> {
  return ask("POST", "halt", { body: { reason } });
}

export function resume(reason: string): Promise<Halt> {
  return ask("POST", "resume", { body: { reason } });
}
