/** Incidents in a list, and looking at a service by hand. */

import { answer, api } from "./client";
import type { paths } from "./generated/schema";

export type { IncidentRow } from "./generated/schema";

export type IncidentFilter = NonNullable<paths["/api/v1/incidents"]["get"]["parameters"]["query"]>;

type Status = NonNullable<IncidentFilter["status"]>[number];

export const OPEN: Status[] = [
  "awaiting_approval",
  "executing",
  "verifying",
  "investigating",
  "received",
];

export const ENDED: Status[] = ["escalated", "resolved", "closed", "merged"];

export function list(query: IncidentFilter, signal?: AbortSignal) {
  return answer(api.GET("/api/v1/incidents", { params: { query }, ...(signal && { signal }) }));
}
