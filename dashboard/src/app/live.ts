/** How fresh what is shown is: told by the feed, or asked for again and again while there is none. */

import { createContext, useContext } from "react";

export type Connection = "live" | "asking" | "lost";

const ASK_MS = 4000;
const LIVE_MS = 60_000;

export const LiveContext = createContext<Connection>("asking");

export function useConnection(): Connection {
  return useContext(LiveContext);
}

/** Return how often to ask again, in milliseconds: seldom while the feed tells of every change. */
export function useEvery(askMs: number = ASK_MS): number {
  return useConnection() === "live" ? LIVE_MS : askMs;
}
