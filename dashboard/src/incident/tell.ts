/** One line for each event. Everything that came from outside stays plain text. */

import { callText, type IncidentEvent, nameOf } from "./events";

export type Tone = "plain" | "quiet" | "good" | "bad" | "wait" | "key";

export interface Told {
  text: string;
  tone: Tone;
  anchor?: string;
}

type Teller = (payload: IncidentEvent["payload"]) => Told;

const plain = (text: string): Told => ({ text, tone: "plain" });
const quiet = (text: string): Told => ({ text, tone: "quiet" });

const TELLERS: Record<string, Teller> = {
  incident_opened: (p) => ({ text: `Opened: ${p.title}`, tone: "key" }),
  alert_received: (p) => plain(`Alert ${p.name}: ${p.summary}`),
  alert_resolved: (p) => ({ text: `Alert ${p.name} is over`, tone: "good" }),
  run_failed: (p) => ({ text: `The run failed: ${p.reason}`, tone: "bad" }),
  specialists_selected: (p) =>
    plain(`Sends ${p.selected.map((item: { specialist: string }) => item.specialist).join(", ")}`),
  tool_called: (p) => quiet(`${callText(p.call)} → ${p.status}, ${Math.round(p.duration_ms)} ms`),
  evidence_added: (p) => ({
    text: `${p.evidence.id}  ${p.evidence.summary}`,
    tone: "plain",
    anchor: `evidence-${p.evidence.id}`,
  }),
  specialist_failed: (p) => ({ text: `Could not see anything: ${p.reason}`, tone: "bad" }),
  causes_ranked: (p) => {
    const top = p.diagnosis.causes[0];
    if (!top) return plain(`Round ${p.round}: no cause yet. ${p.diagnosis.reason}`);
    const percent = Math.round(top.confidence * 100);
    const name = top.fault_class.replaceAll("_", " ");
    return { text: `Round ${p.round}: ${name} of ${nameOf(top.object)}, ${percent}%`, tone: "key" };
  },
  plan_proposed: (p) => ({ text: `Plan: ${p.plan.summary}`, tone: "key" }),
  plan_withheld: (p) => ({ text: `No plan: ${p.reason}. ${p.recommendation}`, tone: "wait" }),
  policy_ruled: (p) =>
    plain(
      p.rulings
        .map((item: { ruling: string; rule: string }) => `${item.ruling} by ${item.rule}`)
        .join("; "),
    ),
  approval_requested: () => ({ text: "Waits for a person's decision", tone: "wait" }),
  approval_decided: (p) => ({
    text: `${p.verdict} by ${p.actor} through ${p.channel}${p.reason ? `: ${p.reason}` : ""}`,
    tone: p.verdict === "approved" ? "good" : "bad",
  }),
  grant_minted: (p) => quiet(`Grant ${p.grant_id}`),
  grant_refused: (p) => ({ text: `No grant: ${p.reason}`, tone: "bad" }),
  action_started: (p) => ({ text: `Acts on ${p.target}`, tone: "key" }),
  action_finished: (p) => ({
    text: `${p.status}, ${p.outcome}: ${p.detail}`,
    tone: p.status === "ok" ? "good" : "bad",
  }),
  verification_sampled: (p) => quiet(`Looks again: ${p.reason}`),
  verification_finished: (p) => ({
    text: `${p.result}: ${p.reason}`,
    tone: p.result === "resolved" ? "good" : "bad",
  }),
  merged: (p) => plain(`Joins ${p.into}: ${p.reason}`),
  escalated: (p) => ({ text: `Escalated: ${p.reason}`, tone: "bad" }),
  report_written: () => ({ text: "Report written", tone: "good" }),
  status_changed: (p) => quiet(`${p.from} → ${p.to}`),
};

export function tell(event: IncidentEvent): Told | null {
  return TELLERS[event.kind]?.(event.payload) ?? null;
}
