/** Pages of incidents, asked for again as they change. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import * as api from "../api/incidents";
import { useEvery } from "../app/live";

export const INCIDENTS = "incidents";

export function useIncidents(filter: api.IncidentFilter, limit = 50) {
  const every = useEvery();
  return useInfiniteQuery({
    queryKey: [INCIDENTS, filter, limit],
    queryFn: ({ pageParam, signal }) => api.list({ ...filter, limit, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: every,
    placeholderData: keepPreviousData,
  });
}
