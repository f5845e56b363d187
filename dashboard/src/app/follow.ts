/** The feed of the organization: what it says makes old, and how it is followed over cuts. */

import { Backoff } from "./backoff";

const NOT_SIGNED_IN = 4401;
const REFUSED = 4403;
/** Changes are gathered for this long before anything is asked again. */
const GATHER_MS = 600;

interface Follower {
  onOpen: (isOpen: boolean) => void;
  onSignedOut: () => void;
  onChange: (keys: ReadonlySet<string>) => void;
}

/** Follow the feed until stopped; it connects again by itself. */
export function follow(
  follower: Follower,
  connect: () => WebSocket = connectHere,
): { stop: () => void } {
  const backoff = new Backoff();
  const changed = new Set<string>();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | undefined;

  const tell = () => {
    gathering = undefined;
    follower.onChange(new Set(changed));
    changed.clear();
  };
  const hear = (event: MessageEvent) => {
    for (const key of touchedBy(event.data)) changed.add(key);
    if (changed.size > 0) gathering ??= setTimeout(tell, GATHER_MS);
  };
  const open = () => {
    socket = connect();
    socket.onopen = () => {
      backoff.reset();
      follower.onOpen(true);
    };
    socket.onmessage = hear;
    socket.onclose = ({ code }) => {
      follower.onOpen(false);
      if (code === NOT_SIGNED_IN) follower.onSignedOut();
      if (code !== REFUSED) again = setTimeout(open, backoff.next());
    };
  };
  open();
  return {
    stop: () => {
      clearTimeout(gathering);
      clearTimeout(again);
      if (!socket) return;
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}

function connectHere(): WebSocket {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/ws/feed`);
}

/** Return what a frame of the feed makes old. */
export function touchedBy(data: unknown): readonly string[] {
  const type = typeOf(data);
  if (type === null || type === "ping") return [];
  if (type === "halt") return ["halt"];
  if (type === "incident") return ["incidents", "decisions"];
  return ["halt", "incidents", "decisions"];
}

function typeOf(data: unknown): string | null {
  try {
    const frame: unknown = JSON.parse(String(data));
    const type = typeof frame === "object" && frame !== null && "type" in frame ? frame.type : null;
    return typeof type === "string" ? type : null;
  } catch {
    return null;
  }
}
