/** What waits for a person. */

import { useQuery } from "@tanstack/react-query";
import * as incidents from "../api/incidents";
import { useEvery } from "../app/live";

export function useWaiting(): incidents.IncidentRow[] {
  const every = useEvery();
  const { data } = useQuery({
    queryKey: ["incidents", "waiting"],
    queryFn: ({ signal }) => incidents.list({ status: ["awaiting_approval"], limit: 200 }, signal),
    refetchInterval: every,
  });
  return data?.incidents ?? [];
}
