/** Plans, rulings, decisions, writes and what fresh data say of them, in words. */

import { withoutCalls } from "../design/words";
import { argumentsText, type IncidentEvent, inWords, type Ruling } from "./events";
import type { Told } from "./tell";

type Payload = IncidentEvent["payload"];

function told(text: string, tone: Told["tone"], because?: string | null): Told {
  return because ? { text, tone, because } : { text, tone };
}

function proposed(p: Payload): Told {
  const { playbook, choice, runbook, summary } = p.plan;
  const parts = [
    choice?.step ? `playbook ${playbook}, step “${choice.step}”` : `playbook ${playbook}`,
    runbook ? `runbook “${runbook.title}”${runbook.is_stale ? " (stale)" : ""}` : "",
  ];
  const isUndo = playbook === "revert";
  const lead = isUndo ? "Proposes to take it back" : "Plan";
  return told(
    `${lead}: ${withoutCalls(summary)}`,
    "key",
    isUndo ? choice?.why : parts.filter(Boolean).join(" · "),
  );
}

function decided(p: Payload): Told {
  const without = p.without?.length ? ` without ${p.without.join(", ")}` : "";
  const isLate = p.verdict === "expired" && p.channel !== "steering";
  const by = isLate ? "" : ` by ${p.actor}, through ${p.channel}${without}`;
  const tone = p.verdict === "approved" ? "good" : "bad";
  return told(`${capital(p.verdict)}${by}`, tone, p.reason);
}

function finished(p: Payload): Told {
  const isDone = p.status === "ok";
  return told(
    isDone ? `Done: ${p.detail}` : `Not done (${p.outcome})`,
    isDone ? "good" : "bad",
    isDone ? null : p.detail,
  );
}

function verified(p: Payload): Told {
  const tone = p.result === "resolved" ? "good" : "bad";
  return told(`Verified: ${inWords(p.result)}`, tone, p.reason);
}

const UNDOINGS: Readonly<Record<string, string>> = {
  taken_back: "What was taken back is as it was before",
  not_taken_back: "What was taken back did not take",
};

function undone(p: Payload): Told {
  const text = UNDOINGS[p.result] ?? "Whether what was taken back took is unknown";
  return told(text, p.result === "taken_back" ? "good" : "bad", p.reason);
}

function ruled(p: Payload): Told {
  const rulings: Ruling[] = p.rulings;
  const isDenied = rulings.some((item) => item.ruling === "deny");
  const said = rulings.map((item) => `${item.ruling} by rule ${item.rule}`).join("; ");
  const reasons = new Set(rulings.map((item) => item.reason));
  if (p.approved_with) reasons.add("approved together with the plan that it takes back");
  if (p.asked_because) reasons.add(`a person is asked, because ${p.asked_because}`);
  const why = [...reasons].join("; ");
  return told(`Policy: ${said}`, isDenied ? "bad" : "plain", why);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const TELL_DEEDS: Readonly<Record<string, (event: IncidentEvent) => Told>> = {
  plan_proposed: ({ payload }) => proposed(payload),
  plan_withheld: ({ payload: p }) => told(`No plan: ${p.reason}`, "wait", p.recommendation),
  policy_ruled: ({ payload }) => ruled(payload),
  approval_requested: ({ payload: p }) =>
    told(`Waits for ${p.people > 1 ? `${p.people} people’s` : "a person’s"} decision`, "wait"),
  approval_given: ({ payload: p }) => {
    const others = p.waits_for === 1 ? "another" : `${p.waits_for} others`;
    const { text } = decided(p);
    return told(`${text}; waits for ${others}`, "wait", [...(p.lost ?? []), p.reason].join("; "));
  },
  approval_decided: ({ payload }) => decided(payload),
  approval_voided: ({ payload: p }) =>
    told("Changed after it was shown: look again", "bad", p.reason),
  grant_renewed: ({ payload: p }) =>
    told(`Signs grant ${p.grant_id} anew: it expired unused`, "quiet"),
  grant_minted: ({ payload: p }) => told(`Signs grant ${p.grant_id}`, "quiet"),
  grant_refused: ({ payload: p }) => told("Signs no grant", "bad", p.reason),
  braked: ({ payload: p }) => told("Not carried out now", "wait", p.reason),
  action_started: ({ payload: p }) =>
    told(
      p.call ? `Acts: ${p.call.tool} on ${p.target}` : `Acts on ${p.target}`,
      "key",
      p.call ? argumentsText(p.call) : null,
    ),
  action_finished: ({ payload }) => finished(payload),
  verification_sampled: ({ payload: p }) => told("Looks again", "quiet", p.reason),
  verification_finished: ({ payload }) => verified(payload),
  undo_verified: ({ payload }) => undone(payload),
  tied: ({ payload: p, incident_id }) =>
    incident_id === p.incident_id
      ? told(`Maybe caused by an action of ${p.to}`, "bad", p.reason)
      : told(`An action may have caused ${p.incident_id}`, "bad", p.reason),
  escalated: ({ payload: p }) => told("Hands over to people", "bad", p.reason),
  report_written: () => told("The report is written", "good"),
  // The escalation says the same reason in the next line.
  status_changed: ({ payload: p }) =>
    told(`${inWords(p.from)} → ${inWords(p.to)}`, "quiet", p.to === "escalated" ? null : p.reason),
};
