/** What was done by whom, and the proof that nothing of it was changed. */

import { ask } from "./http";

export interface AuditEntry {
  at: string;
  actor: string;
  kind: string;
  incident_id: string | null;
  seq: number;
  summary: string;
  hash: string;
}

export interface AuditList {
  entries: AuditEntry[];
  next_cursor: string | null;
}

export interface AuditFilter {
  incident?: string;
  actor?: string;
  kind?: readonly string[];
  since?: string;
}

export interface Proof {
  ok: boolean;
  incidents: number;
  events: number;
  entries: number;
  broken: { incident_id: string | null; seq: number; reason: string }[];
}

export function list(
  filter: AuditFilter & { limit?: number; cursor?: string | null },
  signal?: AbortSignal,
): Promise<AuditList> {
  return ask("GET", "audit", { query: { ...filter }, signal });
}

export function verify(): Promise<Proof> {
  return ask("GET", "audit/verify");
}
