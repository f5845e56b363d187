/** The report as Markdown. It is the only answer of the platform that is not JSON. */

import { ProblemError } from "../api/http";

export async function fetchReport(incidentId: string, signal: AbortSignal): Promise<string> {
  const url = `/api/v1/incidents/${encodeURIComponent(incidentId)}/report`;
  const answer = await fetch(url, { signal, credentials: "same-origin" });
  if (answer.ok) return answer.text();
  const hint = "Reload the page; the log on the left has everything that the report tells.";
  throw new ProblemError(answer.status, "The report cannot be read", hint, "", null, {});
}
