/** What waits for a person, and what was decided. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import * as api from "../api/decisions";
import { useEvery } from "../app/live";

export const DECISIONS = "decisions";

const WAITING_MAX = 200;
const PAGE = 30;

export function useOpenDecisions() {
  const every = useEvery();
  return useQuery({
    queryKey: [DECISIONS, "open"],
    queryFn: ({ signal }) => api.list({ status: "open", limit: WAITING_MAX }, signal),
    refetchInterval: every,
    select: (page) => page.decisions,
  });
}

export function useDecided() {
  const every = useEvery();
  return useInfiniteQuery({
    queryKey: [DECISIONS, "decided"],
    queryFn: ({ pageParam, signal }) =>
      api.list({ status: "decided", limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: every,
  });
}
