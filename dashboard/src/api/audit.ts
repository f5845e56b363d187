/** What was done by whom, and the proof that nothing of it was changed. */

import { answer, api } from "./client";
import type { paths } from "./generated/schema";

export type { AuditEntry, AuditView } from "./generated/schema";

export type AuditFilter = NonNullable<paths["/api/v1/audit"]["get"]["parameters"]["query"]>;

export function list(query: AuditFilter, signal: AbortSignal) {
  return answer(api.GET("/api/v1/audit", { params: { query }, signal }));
}

export function verify() {
  return answer(api.GET("/api/v1/audit/verify"));
}
