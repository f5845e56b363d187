/** What each kind of event changes in the room, one row a kind. */

import { type IncidentEvent, nameOf } from "./events";
import type { Room } from "./fold";
import { begin, type Run } from "./run";
import { RUN_APPLY } from "./run-apply";

export type Apply = (room: Room, event: IncidentEvent) => Partial<Room>;

function onRun(change: (run: Run, event: IncidentEvent) => Partial<Run>): Apply {
  return (room, event) => {
    const run = room.runs.at(-1) ?? begin(1, event.at, event.seq, "", "");
    const changed = change(run, event);
    if (Object.keys(changed).length === 0) return {};
    return { runs: [...room.runs.slice(0, -1), { ...run, ...changed }] };
  };
}

const beginRun: Apply = (room, { at, seq, actor, payload }) => ({
  runs: [...room.runs, begin(payload.run, at, seq, payload.reason ?? "", actor)],
  isPaused: false,
  cancelledBecause: null,
  mergedInto: null,
  mergedBecause: null,
});

const ROOM_APPLY: Record<string, Apply> = {
  incident_opened: (room, { at, seq, actor, payload }) => ({
    title: payload.title,
    service: payload.service,
    namespace: payload.namespace,
    severity: payload.severity,
    trigger: payload.trigger ?? "",
    openedAt: at,
    runs: room.runs.length > 0 ? room.runs : [begin(1, at, seq, "", actor)],
  }),
  alert_received: (room, { payload }) => ({
    alerts: [
      ...room.alerts.filter((alert) => alert.fingerprint !== payload.fingerprint),
      {
        fingerprint: payload.fingerprint,
        name: payload.name,
        summary: payload.summary ?? "",
        service: payload.service ?? payload.labels?.service ?? "",
        severity: payload.severity ?? "none",
        isFiring: true,
        joinedBecause: payload.joined_because ?? "",
      },
    ],
  }),
  alert_resolved: (room, { payload }) => ({
    alerts: room.alerts.map((alert) =>
      alert.fingerprint === payload.fingerprint ? { ...alert, isFiring: false } : alert,
    ),
  }),
  reopened: beginRun,
  reinvestigated: beginRun,
  paused: (_room, { actor }) => ({ isPaused: true, pausedBy: actor }),
  resumed: () => ({ isPaused: false, pausedBy: null }),
  cancelled: (_room, { actor, payload }) => ({
    cancelledBecause: `${actor}: ${payload.reason}`,
    isPaused: false,
  }),
  acknowledged: (room, { actor }) => ({
    acknowledgedBy: room.acknowledgedBy.includes(actor)
      ? room.acknowledgedBy
      : [...room.acknowledgedBy, actor],
  }),
  assigned: (_room, { payload }) => ({ assignedTo: payload.to }),
  commented: (room, { at, actor, payload }) => ({
    comments: [...room.comments, { at, by: actor, text: payload.text }],
  }),
  verdict_given: (_room, { at, actor, payload }) => ({
    verdict: {
      at,
      by: actor,
      judgement: payload.verdict.judgement,
      note: payload.verdict.note ?? "",
      actual: payload.actual
        ? `${payload.actual.fault_class.replaceAll("_", " ")} of ${nameOf(payload.actual.object)}`
        : "",
    },
  }),
  merged: (room, { payload, incident_id }) =>
    payload.incident_id === incident_id
      ? { mergedInto: payload.into, mergedBecause: payload.reason ?? null }
      : {
          joined: [...room.joined.filter((id) => id !== payload.incident_id), payload.incident_id],
        },
  split: (room, { payload, incident_id }) =>
    payload.incident_id === incident_id
      ? {
          splitInto: [...room.splitInto.filter((id) => id !== payload.into), payload.into],
          alerts: room.alerts.filter(
            (alert) => !(payload.fingerprints ?? []).includes(alert.fingerprint),
          ),
        }
      : {},
  tied: (room, { payload, incident_id }) =>
    payload.incident_id === incident_id
      ? { causedBy: payload.to }
      : {
          followers: [
            ...room.followers.filter((id) => id !== payload.incident_id),
            payload.incident_id,
          ],
        },
  report_written: (_room, { at }) => ({ reportAt: at }),
};

const status: Apply = (room, event) => ({
  status: event.payload.to,
  ...onRun((_run, { at, payload }) => ({
    status: payload.to,
    endedAt: ["resolved", "closed", "merged", "escalated"].includes(payload.to) ? at : null,
  }))(room, event),
});

export const APPLY: Record<string, Apply> = {
  ...ROOM_APPLY,
  ...Object.fromEntries(Object.entries(RUN_APPLY).map(([kind, change]) => [kind, onRun(change)])),
  status_changed: status,
};
