/** What was changed in and around the systems. */

import { answer, api } from "./client";

export type {
  ChangeVerdict,
  ChangeView,
  Explanation,
  JudgedChange,
  Knower,
} from "./generated/schema";

/** Around the onset of an incident, the newest first. */
export function around(incidentId: string, signal: AbortSignal) {
  const query = { incident: incidentId, limit: 30 };
  return answer(api.GET("/api/v1/changes", { params: { query }, signal }));
}
