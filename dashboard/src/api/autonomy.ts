/** What has earned to be done without asking. */

import { answer, api } from "./client";

export type { Ladder, RungView } from "./generated/schema";

export function show(signal: AbortSignal) {
  return answer(api.GET("/api/v1/autonomy", { params: { query: {} }, signal }));
}
