/** Logs to test with: recorded ones, and events made by hand for what is hard to record. */

import type { IncidentEvent } from "../../src/incident/events";
import merged from "../recorded/merged.json";
import reopened from "../recorded/reopened.json";
import resolved from "../recorded/resolved.json";
import steered from "../recorded/steered.json";

export const RECORDED: Readonly<Record<string, readonly IncidentEvent[]>> = {
  merged,
  reopened,
  resolved,
  steered,
};

export function recorded(name: string): readonly IncidentEvent[] {
  const log = RECORDED[name];
  if (log === undefined) throw new Error(`there is no recorded log ${name}`);
  return log;
}

/** The log until an event of a kind came, that one included. */
export function until(name: string, kind: string): readonly IncidentEvent[] {
  const log = recorded(name);
  const place = log.findIndex((event) => event.kind === kind);
  if (place < 0) throw new Error(`${name} has no ${kind}`);
  return log.slice(0, place + 1);
}

interface Draft {
  kind: string;
  payload?: object;
  actor?: string;
}

/** Number events that are made by hand, one second apart. */
export function logOf(drafts: readonly Draft[], after = 0): IncidentEvent[] {
  return drafts.map(({ kind, payload = {}, actor = "platform" }, index) => ({
    incident_id: "inc-made",
    seq: after + index + 1,
    at: new Date(Date.UTC(2026, 0, 1, 12, 0, after + index)).toISOString(),
    actor,
    kind,
    payload,
  }));
}

export const OPENED: Draft = {
  kind: "incident_opened",
  actor: "intake",
  payload: {
    title: "api is slow",
    service: "api",
    namespace: "web",
    severity: "warning",
    trigger: "alertmanager",
  },
};
