/** What people were asked to decide, and what they answered. */

import { answer, api } from "./client";
import type { paths } from "./generated/schema";

export type { AskedAction, DecisionRow } from "./generated/schema";

type Query = NonNullable<paths["/api/v1/decisions"]["get"]["parameters"]["query"]>;

export function list(query: Query, signal: AbortSignal) {
  return answer(api.GET("/api/v1/decisions", { params: { query }, signal }));
}
