/** The room of one incident, kept live while it is shown. */

import { useEffect, useRef, useState } from "react";
import { ask, ProblemError } from "../api/http";
import { useConnection } from "../app/live";
import { EMPTY } from "./fold";
import { type EventPage, Live, type PollAnswer, type Socket, type State, type World } from "./live";

const REFUSALS: Readonly<Record<number, "signed-out" | "forbidden" | "missing">> = {
  401: "signed-out",
  403: "forbidden",
  404: "missing",
};

export function useRoom(id: string): State {
  const [state, setState] = useState<State>({
    room: EMPTY,
    connection: { is: "connecting" },
    isCaughtUp: false,
  });
  const following = useRef<Live | null>(null);
  const feed = useConnection();
  useEffect(() => {
    const live = new Live(worldOf(id), setState);
    following.current = live;
    const hurry = () => live.hurry();
    live.start();
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
    return () => {
      window.removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      live.stop();
    };
  }, [id]);
  useEffect(() => {
    // The feed came through: so will this.
    if (feed === "live") following.current?.hurry();
  }, [feed]);
  return state;
}

function worldOf(id: string): World {
  return {
    openSocket: (after) => openSocket(id, after),
    poll: (after, waitS, signal) => poll(id, { after, wait_s: waitS }, signal),
    now: () => Date.now(),
    random: () => Math.random(),
    later: (act, ms) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  };
}

function openSocket(id: string, after: number): Socket {
  const url = new URL(`/ws/incidents/${encodeURIComponent(id)}`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("after", String(after));
  const opened = new WebSocket(url);
  const socket: Socket = {
    onmessage: null,
    onclose: null,
    close: (code) => opened.close(code),
  };
  opened.onmessage = ({ data }) => socket.onmessage?.({ data });
  opened.onclose = ({ code }) => socket.onclose?.({ code });
  return socket;
}

async function poll(
  id: string,
  query: { after: number; wait_s: number },
  signal: AbortSignal,
): Promise<PollAnswer> {
  try {
    return await ask<EventPage>("GET", `incidents/${encodeURIComponent(id)}/events`, {
      query,
      signal,
    });
  } catch (error) {
    const refused = error instanceof ProblemError ? REFUSALS[error.status] : undefined;
    if (refused === undefined) throw error;
    return { refused };
  }
}
