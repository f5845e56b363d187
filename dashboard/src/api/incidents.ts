/** Incidents in a list, and looking at a service by hand. */

import { ask } from "./http";

export type Severity = "critical" | "warning" | "info" | "none";

export interface TopCause {
  fault_class: string;
  object: { kind: string; namespace: string; name: string };
  confidence: number;
  statement: string;
}

export interface IncidentRow {
  id: string;
  cluster_id: string;
  namespace: string;
  service: string;
  title: string;
  severity: string;
  status: string;
  started_at: string;
  opened_at: string;
  ended_at: string | null;
  run: number;
  priority: number;
  alert_count: number;
  firing_count: number;
  is_paused: boolean;
  acknowledged_by: string | null;
  assigned_to: string | null;
  merged_into: string | null;
  top_cause: TopCause | null;
  last_seq: number;
}

export interface IncidentList {
  incidents: IncidentRow[];
  next_cursor: string | null;
}

export interface IncidentFilter {
  cluster?: string | undefined;
  status?: readonly string[];
  severity?: readonly string[];
  q?: string;
  limit?: number;
  cursor?: string | null;
}

export const OPEN = [
  "awaiting_approval",
  "executing",
  "verifying",
  "investigating",
  "received",
] as const;

export const ENDED = ["escalated", "resolved", "closed", "merged"] as const;

export function list(filter: IncidentFilter, signal?: AbortSignal): Promise<IncidentList> {
  return ask("GET", "incidents", { query: { ...filter }, signal });
}

export interface Triggered {
  incident_id: string;
  opened: boolean;
}

export function trigger(body: {
  cluster?: string;
  namespace: string;
  service: string;
  reason: string;
}): Promise<Triggered> {
  return ask("POST", "trigger", { body });
}
