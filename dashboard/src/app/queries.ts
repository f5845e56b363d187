/** How what the platform says is kept: fresh for a moment, shown while it is asked again. */

import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "../api/http";

const RETRIES = 2;

export function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 2000, retry: mayRetry, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}

/** Only what may pass by itself is tried again; a refusal stays one. */
function mayRetry(count: number, error: Error): boolean {
  const isPassing = error instanceof ProblemError && [0, 502, 503, 504].includes(error.status);
  return isPassing && count < RETRIES;
}
