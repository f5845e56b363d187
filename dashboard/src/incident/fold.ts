/** The war room as a view of the event log: the same events always give the same room. */

import type { Diagnosis, Evidence, IncidentEvent, Plan, Ruling } from "./events";

export type Stage = "alert" | "investigate" | "plan" | "approve" | "act" | "verify" | "end";

export const STAGES: readonly Stage[] = [
  "alert",
  "investigate",
  "plan",
  "approve",
  "act",
  "verify",
  "end",
];

export interface Approval {
  id: string;
  requestedAt: string;
  expiresAt: string;
  verdict: "open" | "approved" | "rejected" | "expired";
  decidedBy?: string;
  decidedAt?: string;
  channel?: string;
  reason?: string;
}

export interface ActionState {
  startedAt: string;
  grantId: string;
  finishedAt?: string;
  status?: string;
  outcome?: string;
  detail?: string;
}

export interface Verification {
  result: string;
  reason: string;
  checks: string[];
  at: string;
  isOver: boolean;
}

export interface Room {
  lastSeq: number;
  status: string;
  title: string;
  service: string;
  namespace: string;
  severity: string;
  alerts: { fingerprint: string; name: string; summary: string; isFiring: boolean }[];
  diagnosis: Diagnosis | null;
  round: number;
  evidence: Record<string, Evidence>;
  plan: Plan | null;
  planSha256: string | null;
  withheld: { reason: string; recommendation: string } | null;
  rulings: Ruling[];
  approval: Approval | null;
  actions: Record<string, ActionState>;
  verification: Verification | null;
  reached: Partial<Record<Stage, string>>;
  hasReport: boolean;
  escalation: string | null;
  mergedInto: string | null;
  events: IncidentEvent[];
}

export const EMPTY: Room = {
  lastSeq: 0,
  status: "received",
  title: "",
  service: "",
  namespace: "",
  severity: "none",
  alerts: [],
  diagnosis: null,
  round: 0,
  evidence: {},
  plan: null,
  planSha256: null,
  withheld: null,
  rulings: [],
  approval: null,
  actions: {},
  verification: null,
  reached: {},
  hasReport: false,
  escalation: null,
  mergedInto: null,
  events: [],
};

const STAGE_OF: Partial<Record<string, Stage>> = {
  incident_opened: "alert",
  run_started: "investigate",
  plan_proposed: "plan",
  approval_requested: "approve",
  action_started: "act",
  verification_sampled: "verify",
  report_written: "end",
};

/** Return the room after some more events; those that it has already change nothing. */
export function fold(room: Room, events: readonly IncidentEvent[]): Room {
  const fresh = events.filter((event) => event.seq > room.lastSeq);
  if (fresh.length === 0) return room;
  const next = fresh.reduce(step, room);
  return { ...next, events: [...room.events, ...fresh] };
}

function step(room: Room, event: IncidentEvent): Room {
  const stage = STAGE_OF[event.kind];
  const reached =
    stage && room.reached[stage] === undefined
      ? { ...room.reached, [stage]: event.at }
      : room.reached;
  return { ...room, ...(APPLY[event.kind]?.(room, event) ?? {}), reached, lastSeq: event.seq };
}

type Apply = (room: Room, event: IncidentEvent) => Partial<Room>;

const APPLY: Record<string, Apply> = {
  incident_opened: (_room, { payload }) => ({
    title: payload.title,
    service: payload.service,
    namespace: payload.namespace,
    severity: payload.severity,
  }),
  alert_received: (room, { payload }) => ({
    alerts: [
      ...room.alerts.filter((alert) => alert.fingerprint !== payload.fingerprint),
      {
        fingerprint: payload.fingerprint,
        name: payload.name,
        summary: payload.summary,
        isFiring: true,
      },
    ],
  }),
  alert_resolved: (room, { payload }) => ({
    alerts: room.alerts.map((alert) =>
      alert.fingerprint === payload.fingerprint ? { ...alert, isFiring: false } : alert,
    ),
  }),
  status_changed: (_room, { payload }) => ({ status: payload.to }),
  evidence_added: (room, { payload }) => ({
    evidence: { ...room.evidence, [payload.evidence.id]: payload.evidence },
  }),
  causes_ranked: (_room, { payload }) => ({ diagnosis: payload.diagnosis, round: payload.round }),
  plan_proposed: (_room, { payload }) => ({
    plan: payload.plan,
    planSha256: payload.plan_sha256,
    rulings: [],
    approval: null,
    withheld: null,
  }),
  plan_withheld: (_room, { payload }) => ({ withheld: payload }),
  policy_ruled: (_room, { payload }) => ({ rulings: payload.rulings }),
  approval_requested: (_room, { at, payload }) => ({
    approval: {
      id: payload.approval_id,
      requestedAt: at,
      expiresAt: payload.expires_at,
      verdict: "open",
    },
  }),
  approval_decided: (room, { at, payload }) =>
    room.approval
      ? {
          approval: {
            ...room.approval,
            verdict: payload.verdict,
            decidedBy: payload.actor,
            decidedAt: at,
            channel: payload.channel,
            reason: payload.reason,
          },
        }
      : {},
  action_started: (room, { at, payload }) => ({
    actions: {
      ...room.actions,
      [payload.action_id]: { startedAt: at, grantId: payload.grant_id },
    },
  }),
  action_finished: (room, { at, payload }) => {
    const begun = room.actions[payload.action_id];
    const state = begun ?? { startedAt: at, grantId: payload.grant_id };
    return {
      actions: {
        ...room.actions,
        [payload.action_id]: {
          ...state,
          finishedAt: at,
          status: payload.status,
          outcome: payload.outcome,
          detail: payload.detail,
        },
      },
    };
  },
  verification_sampled: (_room, { at, payload }) => ({
    verification: { ...payload, at, isOver: false },
  }),
  verification_finished: (_room, { at, payload }) => ({
    verification: { ...payload, at, isOver: true },
  }),
  escalated: (_room, { payload }) => ({ escalation: payload.reason }),
  merged: (_room, { payload, incident_id }) =>
    payload.incident_id === incident_id ? { mergedInto: payload.into } : {},
  report_written: () => ({ hasReport: true }),
};
