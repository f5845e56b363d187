/** The event log as the API serves it, with the parts of each payload that the room shows. */

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
}

export interface Diagnosis {
  causes: Cause[];
  abstained: boolean;
  conclusion: string;
  reason: string;
}

export interface Evidence {
  id: string;
  kind: string;
  specialist: string;
  call: ToolCall;
  summary: string;
  facts: Record<string, unknown>;
  observed_at: string;
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
  dry_run: { changes: string[]; warnings: string[] } | null;
}

export interface Plan {
  playbook: string;
  summary: string;
  fault_class: string;
  confidence: number;
  cause_object: ObjectRef;
  actions: Action[];
}

export interface Ruling {
  action_id: string;
  ruling: "deny" | "ask" | "allow";
  rule: string;
  reason: string;
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

export function nameOf(object: ObjectRef): string {
  return [object.kind, object.namespace, object.name].filter(Boolean).join("/");
}

export function callText(call: ToolCall): string {
  const parts = Object.entries(call.arguments).map(([key, value]) => `${key}=${String(value)}`);
  return `${call.server}.${call.tool}(${parts.join(", ")})`;
}
