/** Clusters, how they are, and their golden signals. */

import { ask } from "./http";

/** How far back the small graphs go. */
const MINUTES = 30;

export const SYSTEMS = ["kubernetes", "prometheus", "loki", "runbooks"] as const;
export type System = (typeof SYSTEMS)[number];

export interface Cluster {
  id: string;
  connected_by: string | null;
  connected_at?: string | null;
  systems?: string[];
}

export interface EndpointHealth {
  system: string;
  status: "ok" | "refused" | "unreachable";
  detail?: string;
  latency_ms: number | null;
  since: string | null;
}

export interface ClusterHealth {
  endpoints: EndpointHealth[];
  last_alert_at: string | null;
}

export interface Signal {
  now: number | null;
  unit: string;
  series: [number, number][];
  source: string;
  reason: string | null;
}

export const SIGNALS = ["traffic", "errors", "latency_p99", "saturation"] as const;
export type SignalName = (typeof SIGNALS)[number];

export type Signals = Record<SignalName, Signal>;

export interface ServiceSignals extends Signals {
  namespace: string;
  service: string;
}

export interface Snapshot {
  cluster: string;
  as_of: string;
  minutes: number;
  whole: Signals;
  services: ServiceSignals[];
  left_out: string[];
}

export interface Endpoint {
  url: string;
  read_token: string;
  write_token?: string;
}

export interface Connected {
  cluster: Cluster;
  webhook_token: string;
  checks: { system: string; ok: boolean; detail: string }[];
}

export function list(signal?: AbortSignal): Promise<{ clusters: Cluster[] }> {
  return ask("GET", "clusters", { signal });
}

export function health(id: string, signal?: AbortSignal): Promise<ClusterHealth> {
  return ask("GET", `clusters/${encodeURIComponent(id)}/health`, { signal });
}

export function snapshot(cluster: string, signal?: AbortSignal): Promise<Snapshot> {
  return ask("GET", "metrics/snapshot", { query: { cluster, minutes: MINUTES }, signal });
}

export function connect(
  id: string,
  endpoints: Partial<Record<System, Endpoint>>,
): Promise<Connected> {
  return ask("POST", "clusters", { body: { id, endpoints } });
}

export function disconnect(id: string): Promise<void> {
  return ask("DELETE", `clusters/${encodeURIComponent(id)}`);
}
