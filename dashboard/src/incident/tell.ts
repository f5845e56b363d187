/** One line for each event. Everything that came from outside stays plain text. */

import type { IncidentEvent } from "./events";
import { TELL_DEEDS } from "./tell-deeds";
import { TELL_PEOPLE } from "./tell-people";
import { TELL_SIGHTS } from "./tell-sights";

export type Tone = "plain" | "quiet" | "good" | "bad" | "wait" | "key" | "person";

export interface Told {
  text: string;
  tone: Tone;
  /** A second line: why, or what exactly. */
  because?: string;
}

const TELLERS: Readonly<Record<string, (event: IncidentEvent) => Told>> = {
  ...TELL_SIGHTS,
  ...TELL_DEEDS,
  ...TELL_PEOPLE,
};

export const KINDS: readonly string[] = Object.keys(TELLERS);

/** Say what happened; a kind that a newer platform has made is named rather than passed over. */
export function tell(event: IncidentEvent): Told {
  const teller = TELLERS[event.kind];
  if (teller) return teller(event);
  const said: Told = { text: event.kind.replaceAll("_", " "), tone: "plain" };
  const reason = event.payload?.reason;
  return typeof reason === "string" && reason ? { ...said, because: reason } : said;
}
