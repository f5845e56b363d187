/** Clusters, how they are, their golden signals, and looking at a service by hand. */

import { answer, api } from "./client";
import type {
  ClusterConnected,
  ClusterView,
  HealthView,
  SignalsView,
  SnapshotView,
} from "./generated/schema";
import { ask } from "./http";

export type {
  CheckView,
  ClusterConnected,
  ClusterView,
  HealthView,
  PulseView,
  SignalsView,
  SignalView,
  SnapshotView,
} from "./generated/schema";

/** How far back the small graphs go. */
const MINUTES = 30;

export const SYSTEMS = ["kubernetes", "prometheus", "loki", "runbooks"] as const;
export type System = (typeof SYSTEMS)[number];

export const SIGNALS = ["traffic", "errors", "latency_p99", "saturation"] as const;
export type SignalName = keyof SignalsView;

export interface Endpoint {
  url: string;
  read_token: string;
  write_token?: string;
}

export function list(signal: AbortSignal): Promise<{ clusters: ClusterView[] }> {
  return ask("GET", "clusters", { signal });
}

export function health(id: string, signal: AbortSignal): Promise<HealthView> {
  return ask("GET", `clusters/${encodeURIComponent(id)}/health`, { signal });
}

export async function snapshot(cluster: string, signal: AbortSignal): Promise<SnapshotView> {
  const query = { cluster, minutes: MINUTES };
  const found = await answer(api.GET("/api/v1/metrics/snapshot", { params: { query }, signal }));
  // The client forgets that each sample is a pair; the document says it.
  return found as SnapshotView;
}

export function connect(
  id: string,
  endpoints: Partial<Record<System, Endpoint>>,
): Promise<ClusterConnected> {
  return ask("POST", "clusters", { body: { id, endpoints } });
}

export function disconnect(id: string): Promise<void> {
  return ask("DELETE", `clusters/${encodeURIComponent(id)}`);
}

export function trigger(body: {
  cluster: string;
  namespace: string;
  service: string;
  reason: string;
}): Promise<{ incident_id: string; opened: boolean }> {
  return ask("POST", "trigger", { body });
}
