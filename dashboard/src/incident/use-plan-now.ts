/** What only the platform knows of a plan that waits: the brakes that hold it, and the yeses that count. */

import { useQuery } from "@tanstack/react-query";
import { plan } from "../api/incidents";
import { useEvery } from "../app/live";
import { useDesk } from "./desk";
import type { Proposal } from "./run";

/** Ask as long as the plan waits; after that the last answer stays. */
export function usePlanNow({ approval, sha256 }: Proposal) {
  const { incidentId } = useDesk();
  const every = useEvery();
  const { data } = useQuery({
    queryKey: ["plan", incidentId, sha256, approval?.yes.length],
    queryFn: ({ signal }) => plan(incidentId, signal),
    enabled: approval?.verdict === "open",
    refetchInterval: every,
  });
  return data?.plan_sha256 === sha256 ? data : undefined;
}
