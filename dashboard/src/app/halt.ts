/** Whether writing is stopped, and throwing the switch. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import * as api from "../api/halt";
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

/** Return how to stop writing, or to allow it again; the newest state is asked for afterwards. */
export function useSwitch(to: "stop" | "resume") {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => api[to](reason),
    onSettled: () => queries.invalidateQueries({ queryKey: HALT_KEY }),
  });
}
