/** The report as Markdown, the only answer of the platform that is not JSON. */

import { send } from "../api/http";

export async function fetchReport(incidentId: string, signal: AbortSignal): Promise<string> {
  const path = `/api/v1/incidents/${encodeURIComponent(incidentId)}/report`;
  const url = new URL(path, window.location.href);
  const answer = await send(new Request(url, { signal, credentials: "same-origin" }));
  return answer.text();
}
