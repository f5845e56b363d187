/** Whether writing is stopped, and throwing the switch. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import * as api from "../api/halt";
import { ProblemError } from "../api/http";
import { useEvery } from "./live";

export const HALT_KEY = ["halt"] as const;

export function useHalt() {
  const every = useEvery();
  return useQuery({
    queryKey: HALT_KEY,
    queryFn: ({ signal }) => api.show(signal),
    refetchInterval: every,
  });
}

/** Return how to stop writing, or to allow it again, everywhere or in one cluster. */
export function useSwitch(to: "stop" | "resume", cluster?: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) =>
      to === "stop" ? api.stop(reason, cluster) : api.resume(reason, cluster),
    // The newest state is asked for, whatever came of it.
    onSettled: () =>
      Promise.all(
        [HALT_KEY, ["brakes"]].map((queryKey) => queries.invalidateQueries({ queryKey })),
      ),
  });
}

/** Return whether the platform answers, as far as the question for the switch tells. */
export function useReach(): boolean {
  const queries = useQueryClient();
  const subscribe = useCallback(
    (listener: () => void) => queries.getQueryCache().subscribe(listener),
    [queries],
  );
  return useSyncExternalStore(subscribe, () => {
    const error = queries.getQueryState(HALT_KEY)?.error;
    return !(error instanceof ProblemError && error.status === 0);
  });
}
