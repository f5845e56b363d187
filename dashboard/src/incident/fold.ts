/** The war room as a view of the event log: the same events always give the same room. */

import { APPLY } from "./apply";
import type { Evidence, IncidentEvent } from "./events";
import type { Run, Stage } from "./run";

export interface AlertSeen {
  fingerprint: string;
  name: string;
  summary: string;
  service: string;
  severity: string;
  isFiring: boolean;
  joinedBecause: string;
}

export interface Comment {
  at: string;
  by: string;
  text: string;
}

export interface Judged {
  at: string;
  by: string;
  judgement: "right" | "wrong";
  note: string;
  actual: string;
}

export interface Room {
  incidentId: string;
  lastSeq: number;
  status: string;
  title: string;
  service: string;
  namespace: string;
  severity: string;
  trigger: string;
  openedAt: string | null;
  alerts: AlertSeen[];
  acknowledgedBy: string[];
  assignedTo: string | null;
  isPaused: boolean;
  pausedBy: string | null;
  cancelledBecause: string | null;
  comments: Comment[];
  verdict: Judged | null;
  mergedInto: string | null;
  mergedBecause: string | null;
  joined: string[];
  splitInto: string[];
  /** The incident whose action may have caused this one, and those that ours may have caused. */
  causedBy: string | null;
  followers: string[];
  evidence: Record<string, Evidence>;
  runs: Run[];
  reportAt: string | null;
  events: readonly IncidentEvent[];
}

export const EMPTY: Room = {
  incidentId: "",
  lastSeq: 0,
  status: "received",
  title: "",
  service: "",
  namespace: "",
  severity: "none",
  trigger: "",
  openedAt: null,
  alerts: [],
  acknowledgedBy: [],
  assignedTo: null,
  isPaused: false,
  pausedBy: null,
  cancelledBecause: null,
  comments: [],
  verdict: null,
  mergedInto: null,
  mergedBecause: null,
  joined: [],
  splitInto: [],
  causedBy: null,
  followers: [],
  evidence: {},
  runs: [],
  reportAt: null,
  events: [],
};

const STAGE_OF: Partial<Record<string, Stage>> = {
  incident_opened: "alert",
  run_started: "investigate",
  plan_proposed: "plan",
  approval_requested: "approve",
  action_started: "act",
  verification_sampled: "verify",
  report_written: "end",
};

export const ENDS: ReadonlySet<string> = new Set(["resolved", "closed", "merged", "escalated"]);

export interface Folded {
  room: Room;
  /** Whether an event between two others is missing, so that the log has to be read again from `room.lastSeq`. */
  isGapped: boolean;
}

/**
 * Return the room after some more events. Events that it has already change nothing; after a gap
 * nothing is taken, because a room with a hole in it would tell of something that never was.
 */
export function fold(room: Room, events: readonly IncidentEvent[]): Folded {
  const fresh: IncidentEvent[] = [];
  let next = room.lastSeq + 1;
  let isGapped = false;
  for (const event of events) {
    if (event.seq < next) continue;
    if (event.seq > next) {
      isGapped = true;
      break;
    }
    fresh.push(event);
    next += 1;
  }
  if (fresh.length === 0) return { room, isGapped };
  const folded = fresh.reduce(step, room);
  const evidence = gather(room.evidence, fresh);
  return { room: { ...folded, evidence, events: [...room.events, ...fresh] }, isGapped };
}

/** Evidence is taken in once for all the events: copying what there is for each would take seconds. */
function gather(known: Room["evidence"], events: readonly IncidentEvent[]): Room["evidence"] {
  const added = events.filter((event) => event.kind === "evidence_added");
  if (added.length === 0) return known;
  const all = { ...known };
  for (const { payload } of added) all[payload.evidence.id] = payload.evidence;
  return all;
}

function step(room: Room, event: IncidentEvent): Room {
  const changed = { ...room, ...(APPLY[event.kind]?.(room, event) ?? {}) };
  return {
    ...changed,
    incidentId: event.incident_id,
    runs: reach(changed.runs, event),
    lastSeq: event.seq,
  };
}

/** Note when a stage is reached first; a run to which nothing new happened stays the same object. */
function reach(runs: Run[], event: IncidentEvent): Run[] {
  const run = runs.at(-1);
  const stage = STAGE_OF[event.kind];
  if (run === undefined || stage === undefined || run.reached[stage] !== undefined) return runs;
  return [...runs.slice(0, -1), { ...run, reached: { ...run.reached, [stage]: event.at } }];
}

/** The events of one run: from where it began to where the next one did. */
export function eventsOf(room: Room, run: Run): readonly IncidentEvent[] {
  if (room.runs.length <= 1) return room.events;
  const begin = run.number === room.runs[0]?.number ? 1 : run.beganBySeq;
  const next = room.runs.find((other) => other.beganBySeq > run.beganBySeq);
  return room.events.slice(begin - 1, next ? next.beganBySeq - 1 : undefined);
}
