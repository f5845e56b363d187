/** What language models took, and what became of what they were asked. */

import { answer, api } from "./client";

export type { ModelBudget, ModelQuestions, ModelUse, ModelUseList } from "./generated/schema";

/** Of the organization, in the last hours. */
export function ofOrganization(hours: number, signal: AbortSignal) {
  return answer(api.GET("/api/v1/model-use", { params: { query: { hours } }, signal }));
}

/** Of one incident, and how much of its budget that is. */
export function ofIncident(incidentId: string, signal: AbortSignal) {
  const params = { path: { incident_id: incidentId } };
  return answer(api.GET("/api/v1/incidents/{incident_id}", { params, signal }));
}
