/** What slows or stops writing. */

import { answer, api } from "./client";

export type { BrakesView, ClusterBrakes, FreezeView, Obstacle } from "./generated/schema";

export function show(signal: AbortSignal) {
  return answer(api.GET("/api/v1/brakes", { signal }));
}
