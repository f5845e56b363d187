/** Clusters, how they are, their golden signals, and looking at a service by hand. */

import { answer, api } from "./client";
import type {
  NewCluster,
  NewEndpoints,
  SignalsView,
  SnapshotView,
  Trigger,
} from "./generated/schema";

export type {
  CheckView,
  ClusterConnected,
  ClusterView,
  HealthView,
  NewCluster,
  NewEndpoint,
  PulseView,
  SignalsView,
  SignalView,
  SnapshotView,
} from "./generated/schema";

/** How far back the small graphs go. */
const MINUTES = 30;

export const SYSTEMS = ["kubernetes", "prometheus", "loki", "jaeger", "runbooks"] as const;
export type System = keyof NewEndpoints;

export const SIGNALS = ["traffic", "errors", "latency_p99", "saturation"] as const;
export type SignalName = keyof SignalsView;

export function list(signal: AbortSignal) {
  return answer(api.GET("/api/v1/clusters", { signal }));
}

export function health(cluster_id: string, signal: AbortSignal) {
  const path = { cluster_id };
  return answer(api.GET("/api/v1/clusters/{cluster_id}/health", { params: { path }, signal }));
}

export async function snapshot(cluster: string, signal: AbortSignal): Promise<SnapshotView> {
  const query = { cluster, minutes: MINUTES };
  const found = await answer(api.GET("/api/v1/metrics/snapshot", { params: { query }, signal }));
  // The client forgets that each sample is a pair; the document says it.
  return found as SnapshotView;
}

export function connect(body: NewCluster) {
  return answer(api.POST("/api/v1/clusters", { body }));
}

export function disconnect(cluster_id: string) {
  const path = { cluster_id };
  return answer(api.DELETE("/api/v1/clusters/{cluster_id}", { params: { path } }));
}

export function trigger(body: Trigger) {
  return answer(api.POST("/api/v1/trigger", { body }));
}
