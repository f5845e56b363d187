/** The event log as the API serves it, with the parts of each payload that the room shows. */

import type { ChosenByModel } from "./model-choice";

export interface ObjectRef {
  kind: string;
  namespace: string;
  name: string;
}

export interface ToolCall {
  server: string;
  tool: string;
  arguments: Record<string, unknown>;
}

export interface Finding {
  rule: string;
  stance: "for" | "against";
  weight: number;
  statement: string;
  evidence_ids: string[];
}

export interface Cause {
  fault_class: string;
  object: ObjectRef;
  confidence: number;
  statement: string;
  findings: Finding[];
  /** What, why, and why not the runner-up; logs from before it was told have none. */
  explanation?: string[];
}

export interface Question {
  specialist: string;
  topic: string;
  object: ObjectRef;
  reason: string;
}

export interface Diagnosis {
  causes: Cause[];
  abstained: boolean;
  conclusion: string;
  reason: string;
  questions?: Question[];
  dismissed?: Cause[];
}

export interface ModelClaim {
  evidence_id: string;
  path: string;
  value: string | number | boolean;
}

/** A cause as a language model names it; its claims are facts as the evidence has them. */
export interface ModelCause {
  fault_class: string;
  object: ObjectRef;
  statement: string;
  claims: ModelClaim[];
  standing: "agrees" | "ranked" | "new" | "contradicted" | "dismissed" | "unsupported";
  reason: string;
  confidence: number;
}

/** Where a language model would have a specialist look further, chosen from a list. */
export interface ModelInquiry {
  specialist: string;
  model: string;
  questions: {
    topic: string;
    object: ObjectRef;
    tool: string;
    arguments: Record<string, unknown>;
  }[];
  struck: { said: string; reason: string }[];
  struck_count: number;
  note: string;
}

/** What a language model thinks: shown, and never planned from. */
export interface ModelOpinion {
  model: string;
  causes: ModelCause[];
  struck: { said: string; reason: string }[];
  struck_count: number;
  effect: string;
  note: string;
}

/** What a language model wrote of an ended incident: sentences that each cite entries of the log. */
export interface ModelSummary {
  model: string;
  sentences: { text: string; cites: number[] }[];
  note: string;
}

export interface Evidence {
  id: string;
  kind: string;
  specialist: string;
  call: ToolCall;
  subject: ObjectRef | null;
  summary: string;
  facts: Record<string, unknown>;
  left_out: string[];
  observed_at: string;
}

export interface Gap {
  specialist: string;
  call: ToolCall | null;
  status: string;
  reason: string;
}

export interface SignalBound {
  namespace: string;
  service: string;
  error_ratio_max: number | null;
  latency_p99_max_s: number | null;
}

export interface Action {
  id: string;
  call: ToolCall;
  target: ObjectRef;
  risk: string;
  rationale: string;
  evidence_ids: string[];
  blast_radius: { pods: number; callers: string[]; statement: string };
  inverse: ToolCall | null;
  verification?: { bounds: SignalBound[]; hold_s: number; deadline_s: number };
  dry_run: {
    changes: string[];
    warnings: string[];
    state_sha256?: string;
    diff?: string;
  } | null;
  needs?: string[];
}

export interface Runbook {
  id: string;
  title: string;
  url: string;
  owner: string;
  last_validated: string;
  age_days: number | null;
  is_stale: boolean;
  reason: string;
  evidence_id: string;
}

export interface Choice {
  title: string;
  why: string;
  step: string;
  condition: string;
  passed_over: string[];
  not_seen: string[];
  escalation: string;
  chosen?: ChosenByModel;
  weighed?: string[];
  warnings?: string[];
}

export interface Plan {
  playbook: string;
  summary: string;
  fault_class: string;
  confidence: number;
  cause_object: ObjectRef;
  actions: Action[];
  runbook?: Runbook | null;
  choice?: Choice | null;
}

export interface Withheld {
  reason: string;
  recommendation: string;
  passed_over?: string[];
  runbook?: Runbook | null;
}

export interface RiskScore {
  score: number;
  terms: { name: string; points: number; statement: string }[];
}

export interface Ruling {
  action_id: string;
  ruling: "deny" | "ask" | "allow";
  rule: string;
  reason: string;
  risk?: RiskScore | null;
  /** Who answers where a rule says it; without it any one approver may. */
  approvers?: { role: string; people: number; not_requester: boolean } | null;
}

export interface IncidentEvent {
  incident_id: string;
  seq: number;
  at: string;
  actor: string;
  kind: string;
  // Each kind has its own payload; what reads it names the kind first.
  // biome-ignore lint/suspicious/noExplicitAny: checked by the fold's tests against recorded logs
  payload: any;
}

/** What a plan names in the place of a playbook when it takes another plan back. */
export const REVERT = "revert";

export function nameOf(object: ObjectRef): string {
  return [object.kind, object.namespace, object.name].filter(Boolean).join("/");
}

export function valueText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

export function argumentsText(call: ToolCall): string {
  return Object.entries(call.arguments)
    .map(([key, value]) => `${key}=${valueText(value)}`)
    .join(", ");
}

export function callText(call: ToolCall): string {
  return `${call.server}.${call.tool}(${argumentsText(call)})`;
}

export function inWords(name: string): string {
  return name.replaceAll("_", " ");
}

/** What is not certain is never called certain, nor impossible. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return ">99%";
  return rounded === 0 && share > 0 ? "<1%" : `${rounded}%`;
}
