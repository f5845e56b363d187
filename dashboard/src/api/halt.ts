/** The switch that stops all writing. */

import { answer, api } from "./client";

export type { HaltView } from "./generated/schema";

export function show(signal: AbortSignal) {
  return answer(api.GET("/api/v1/halt", { signal }));
}

export function stop(reason: string) {
  return answer(api.POST("/api/v1/halt", { body: { reason } }));
}

export function resume(reason: string) {
  return answer(api.POST("/api/v1/resume", { body: { reason } }));
}
