/** The switch that stops all writing: everywhere, or in one cluster. */

import { answer, api } from "./client";

export type { HaltView } from "./generated/schema";

export function show(signal: AbortSignal) {
  return answer(api.GET("/api/v1/halt", { signal }));
}

export function stop(reason: string, cluster?: string) {
  return answer(api.POST("/api/v1/halt", { body: said(reason, cluster) }));
}

export function resume(reason: string, cluster?: string) {
  return answer(api.POST("/api/v1/resume", { body: said(reason, cluster) }));
}

function said(reason: string, cluster: string | undefined) {
  return cluster === undefined ? { reason } : { reason, cluster };
}
