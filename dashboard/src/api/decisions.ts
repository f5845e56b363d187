/** What people were asked to decide, and what they answered. */

import { ask } from "./http";

export interface AskedAction {
  tool: string;
  target: { kind: string; namespace: string; name: string };
  risk: string;
}

export interface Decision {
  id: string;
  incident_id: string;
  cluster_id: string;
  namespace: string;
  service: string;
  title: string;
  severity: string;
  status: string;
  summary: string;
  actions: AskedAction[];
  plan_sha256: string;
  requested_at: string;
  expires_at: string;
  decided_by: string | null;
  channel: string | null;
  reason: string | null;
  decided_at: string | null;
}

export interface DecisionList {
  decisions: Decision[];
  next_cursor: string | null;
}

export function list(
  query: { status: "open" | "decided"; limit?: number; cursor?: string | null },
  signal?: AbortSignal,
): Promise<DecisionList> {
  return ask("GET", "decisions", { query, signal });
}
