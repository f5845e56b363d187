/** Incidents in a list, and looking at a service by hand. */

import { answer, api } from "./client";
import type { paths } from "./generated/schema";

export type { IncidentRow } from "./generated/schema";

export type IncidentFilter = NonNullable<paths["/api/v1/incidents"]["get"]["parameters"]["query"]>;

export type Status = NonNullable<IncidentFilter["status"]>[number];

export function list(query: IncidentFilter, signal?: AbortSignal) {
  return answer(api.GET("/api/v1/incidents", { params: { query }, ...(signal && { signal }) }));
}

/** The newest plan, and what holds it while it waits. */
export function plan(incidentId: string, signal: AbortSignal) {
  const params = { path: { incident_id: incidentId } };
  return answer(api.GET("/api/v1/incidents/{incident_id}/plan", { params, signal }));
}

/** What can be asked for by hand on an incident, and on what. */
export function askable(incidentId: string, signal: AbortSignal) {
  const params = { path: { incident_id: incidentId } };
  return answer(api.GET("/api/v1/incidents/{incident_id}/actions", { params, signal }));
}
