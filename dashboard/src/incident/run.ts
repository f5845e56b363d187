/** One run of an incident: what was seen, thought, decided and done since it was begun. */

import type { ChangeVerdict } from "../api/changes";
import type { Diagnosis, Evidence, Gap, ModelOpinion, Plan, Ruling, Withheld } from "./events";

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
  verdict: "open" | "approved" | "rejected" | "expired" | "voided";
  /** How many different people have to say yes. */
  people: number;
  /** Who has said yes while more are waited for. */
  yes: Yes[];
  /** The actions that are not carried out of what was approved. */
  leftOut: string[];
  decidedBy?: string;
  decidedAt?: string;
  channel?: string;
  reason?: string;
}

export interface Yes {
  by: string;
  at: string;
  leftOut: string[];
}

export interface ActionState {
  grantId: string;
  grantedAt?: string;
  startedAt?: string;
  finishedAt?: string;
  status?: string;
  outcome?: string;
  detail?: string;
  refused?: string;
}

export interface Sample {
  at: string;
  standing: string;
}

export interface Verification {
  result: string;
  reason: string;
  checks: string[];
  at: string;
  startedAt: string;
  isOver: boolean;
  history: Record<string, Sample[]>;
}

/** A plan with all that became of it. */
export interface Proposal {
  plan: Plan;
  sha256: string;
  proposedAt: string;
  rulings: Ruling[];
  approval: Approval | null;
  actions: Record<string, ActionState>;
  verification: Verification | null;
}

export interface Run {
  number: number;
  beganAt: string;
  beganBySeq: number;
  because: string;
  by: string;
  diagnosis: Diagnosis | null;
  changes: ChangeVerdict | null;
  opinion: ModelOpinion | null;
  round: number;
  rounds: { round: number; at: string; top: string; confidence: number }[];
  working: string[];
  gaps: Gap[];
  proposals: Proposal[];
  withheld: Withheld | null;
  reached: Partial<Record<Stage, string>>;
  escalation: string | null;
  failure: string | null;
  endedAt: string | null;
  status: string;
}

export function begin(number: number, at: string, seq: number, because: string, by: string): Run {
  return {
    number,
    beganAt: at,
    beganBySeq: seq,
    because,
    by,
    diagnosis: null,
    changes: null,
    opinion: null,
    round: 0,
    rounds: [],
    working: [],
    gaps: [],
    proposals: [],
    withheld: null,
    reached: number === 1 ? {} : { alert: at },
    escalation: null,
    failure: null,
    endedAt: null,
    status: "received",
  };
}

export function standing(check: string): [standing: string, reason: string] {
  const split = check.indexOf(": ");
  return split < 0 ? ["no data", check] : [check.slice(0, split), check.slice(split + 2)];
}

/** The evidence that speaks of memory: past incidents that were like this one. */
export function precedents(evidence: Record<string, Evidence>): Evidence[] {
  return Object.values(evidence).filter((item) => item.kind.startsWith("memory."));
}
