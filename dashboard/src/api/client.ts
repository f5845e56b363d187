/**
 * The platform's API as its own document describes it: paths, bodies and answers are typed by it.
 *
 *     const page = await answer(api.GET("/api/v1/incidents", { params: { query: { q: "errors" } } }));
 *
 * Every refusal is thrown as a ProblemError, as `ask` does. The types of what is answered are in
 * `generated/schema`, under the names that the document gives them.
 */

import createClient from "openapi-fetch";
import type { paths } from "./generated/schema";
import { send } from "./http";

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  headers: { Accept: "application/json" },
  fetch: send,
});

/** Return what a call answers; what has no content answers undefined. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}
