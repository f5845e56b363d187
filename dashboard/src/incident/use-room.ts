/** The room of one incident, kept live while it is shown. */

import { useEffect, useState } from "react";
import { ask, ProblemError } from "../api/http";
import { EMPTY } from "./fold";
import { type EventPage, Live, type PollAnswer, type Socket, type State, type World } from "./live";

const WAIT_S = 25;
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
  useEffect(() => {
    const live = new Live(worldOf(id), setState);
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
  return state;
}

function worldOf(id: string): World {
  return {
    openSocket: (after) => openSocket(id, after),
    poll: (after, signal) => poll(id, after, signal),
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

async function poll(id: string, after: number, signal: AbortSignal): Promise<PollAnswer> {
  try {
    const query = { after, wait_s: after > 0 ? WAIT_S : 0 };
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
