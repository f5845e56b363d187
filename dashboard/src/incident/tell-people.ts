/** What people do to an incident, in words; its line names who. */

import { argumentsText, type IncidentEvent, inWords, nameOf } from "./events";
import type { Told } from "./tell";

type Payload = IncidentEvent["payload"];

function told(text: string, because?: string | null, tone: Told["tone"] = "person"): Told {
  return because ? { text, tone, because } : { text, tone };
}

function judged(p: Payload): Told {
  const named = p.actual
    ? `; it was ${inWords(p.actual.fault_class)} of ${nameOf(p.actual.object)}`
    : "";
  return told(`Judges the cause ${p.verdict.judgement}${named}`, p.verdict.note);
}

function reinvestigated(p: Payload): Told {
  const { object, fault_class, specialist } = p.hint ?? {};
  const places = [
    object ? nameOf(object) : "",
    fault_class ? inWords(fault_class) : "",
    specialist ?? "",
  ].filter(Boolean);
  const first = places.length > 0 ? `; look first at ${places.join(", ")}` : "";
  const { call } = p.action ?? {};
  if (call) return told(`Asks for ${call.tool} (${argumentsText(call)}), run ${p.run}`, p.reason);
  return told(`Has it investigated anew, run ${p.run}${first}`, p.reason);
}

function split({ payload: p, incident_id }: IncidentEvent): Told {
  const services = (p.services ?? []).join(", ");
  const count = p.fingerprints?.length ?? 0;
  const what = `${count} ${count === 1 ? "alert" : "alerts"}${services ? ` of ${services}` : ""}`;
  return incident_id === p.incident_id
    ? told(`Splits off ${what} into ${p.into}`, p.reason)
    : told(`Split off from ${p.incident_id}: ${what}`, p.reason);
}

function merged({ payload: p, incident_id }: IncidentEvent): Told {
  return incident_id === p.incident_id
    ? told(`Joins ${p.into}`, p.reason)
    : told(`Takes in ${p.incident_id}`, p.reason);
}

export const TELL_PEOPLE: Readonly<Record<string, (event: IncidentEvent) => Told>> = {
  verdict_given: ({ payload }) => judged(payload),
  reopened: ({ payload: p }) => told(`Reopened, run ${p.run}`, p.reason, "key"),
  reinvestigated: ({ payload }) => reinvestigated(payload),
  cancelled: ({ payload: p }) => told("Cancels the incident", p.reason),
  paused: ({ payload: p }) => told("Pauses: nothing goes on and nothing is written", p.reason),
  resumed: ({ payload: p }) => told("Lets it go on", p.reason),
  cause_dismissed: ({ payload: p }) =>
    told(
      `Dismisses ${inWords(p.dismissal.fault_class)} of ${nameOf(p.dismissal.object)}`,
      p.reason ?? p.dismissal.reason,
    ),
  acknowledged: () => told("Has seen it"),
  assigned: ({ payload: p }) => told(`Assigns it to ${p.to}`),
  commented: ({ payload: p }) => told(p.text),
  split,
  merged,
};
