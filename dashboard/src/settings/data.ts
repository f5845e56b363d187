/** People and programs, as administrators see them. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import * as api from "../api/accounts";
import type { Role } from "../api/auth";

export const ROLES: readonly Role[] = ["viewer", "responder", "approver", "admin"];

export const MEANINGS: Record<Role, string> = {
  viewer: "sees everything",
  responder: "also starts and steers investigations",
  approver: "also decides on plans",
  admin: "also looks after people, clusters and the emergency stop",
};

const USERS = ["users"] as const;
const TOKENS = ["tokens"] as const;

export function useUsers() {
  return useQuery({
    queryKey: USERS,
    queryFn: ({ signal }) => api.listUsers(signal),
    select: (answer) => answer.users,
  });
}

export function useTokens() {
  return useQuery({
    queryKey: TOKENS,
    queryFn: ({ signal }) => api.listTokens(signal),
    select: (answer) => answer.tokens,
  });
}

/** Return a change of people; the list is asked for again after it. */
export function useUserChange<In, Out>(change: (input: In) => Promise<Out>) {
  return useChange(USERS, change);
}

/** Return a change of tokens; the list is asked for again after it. */
export function useTokenChange<In, Out>(change: (input: In) => Promise<Out>) {
  return useChange(TOKENS, change);
}

function useChange<In, Out>(key: readonly string[], change: (input: In) => Promise<Out>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    // What it answered may be a secret: it is not kept once nothing shows it.
    gcTime: 0,
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
}
