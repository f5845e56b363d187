/** What is known of clusters; asked for only while the page is in sight. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import * as api from "../api/clusters";
import { ProblemError } from "../api/http";

export const CLUSTERS = "clusters";

const LIST_MS = 30_000;
const HEALTH_MS = 15_000;
const SIGNALS_MS = 5000;

export function useClusters() {
  return useQuery({
    queryKey: [CLUSTERS],
    queryFn: ({ signal }) => api.list(signal),
    refetchInterval: LIST_MS,
    select: (answer) => answer.clusters,
  });
}

export function useHealth(id: string) {
  return useQuery({
    queryKey: ["health", id],
    queryFn: ({ signal }) => api.health(id, signal),
    refetchInterval: HEALTH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useSnapshot(id: string) {
  return useQuery({
    queryKey: ["snapshot", id],
    queryFn: ({ signal }) => api.snapshot(id, signal),
    refetchInterval: SIGNALS_MS,
    // A cluster without Prometheus will not get one within seconds; the next round asks anyway.
    retry: (count, error) => error instanceof ProblemError && error.status === 0 && count < 1,
  });
}
