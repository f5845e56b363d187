/** What services promise, and how they stand with it. */

import { answer, api } from "./client";

export type { BudgetStatus, Burns, SloView } from "./generated/schema";

export function list(signal: AbortSignal) {
  return answer(api.GET("/api/v1/slos", { params: { query: {} }, signal }));
}
