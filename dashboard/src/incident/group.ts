/** The log in blocks that people can read: each look of a specialist is one, so is a wait of the verifier. */

import type { Evidence, Gap, IncidentEvent, ToolCall } from "./events";

export interface Call {
  seq: number;
  at: string;
  call: ToolCall;
  status: string;
  reason: string;
  leftOut: string[];
  durationMs: number;
}

/** One specialist, one round: what it asked, what it found, what it could not see. */
export interface Work {
  type: "work";
  key: string;
  seq: number;
  lastSeq: number;
  at: string;
  specialist: string;
  round: number;
  calls: Call[];
  evidence: { seq: number; at: string; item: Evidence }[];
  gaps: Gap[];
  state: "looking" | "done" | "blind";
}

/** Looks of the verifier in a row; the last one counts. */
export interface Watch {
  type: "watch";
  key: string;
  seq: number;
  lastSeq: number;
  at: string;
  samples: IncidentEvent[];
}

export interface Line {
  type: "line";
  key: string;
  seq: number;
  lastSeq: number;
  at: string;
  event: IncidentEvent;
}

export type Block = Work | Watch | Line;

interface Grouping {
  blocks: Block[];
  works: Map<string, Work>;
  round: Map<string, number>;
}

const WORK_KINDS: ReadonlySet<string> = new Set([
  "tool_called",
  "evidence_added",
  "specialist_finished",
  "specialist_failed",
]);

/** Tell a specialist's work from what planner, executor and verifier ask, which is of no round. */
function isWork({ kind, payload }: IncidentEvent): boolean {
  return WORK_KINDS.has(kind) && (kind !== "tool_called" || payload.round !== undefined);
}

/** Return the blocks in the order in which they began. */
export function group(events: readonly IncidentEvent[]): Block[] {
  const into: Grouping = { blocks: [], works: new Map(), round: new Map() };
  for (const event of events) {
    if (isWork(event)) addWork(into, event);
    else if (event.kind === "verification_sampled") addSample(into, event);
    else {
      if (event.kind === "reopened" || event.kind === "reinvestigated") into.works.clear();
      into.blocks.push({ type: "line", ...placed(event), event });
    }
  }
  return into.blocks;
}

function placed(event: IncidentEvent) {
  return { key: `e${event.seq}`, seq: event.seq, lastSeq: event.seq, at: event.at };
}

function addWork(into: Grouping, event: IncidentEvent): void {
  const { actor, kind, payload } = event;
  // Evidence does not say its round; it belongs to the one its specialist is at.
  const round: number = payload.round ?? into.round.get(actor) ?? 1;
  into.round.set(actor, round);
  const key = `${actor} ${round}`;
  let work = into.works.get(key);
  if (work === undefined) {
    work = {
      type: "work",
      ...placed(event),
      specialist: actor,
      round,
      calls: [],
      evidence: [],
      gaps: [],
      state: "looking",
    };
    into.works.set(key, work);
    into.blocks.push(work);
  }
  work.lastSeq = event.seq;
  if (kind === "tool_called") work.calls.push(callOf(event));
  else if (kind === "evidence_added")
    work.evidence.push({ seq: event.seq, at: event.at, item: payload.evidence });
  else {
    work.gaps = payload.gaps ?? [];
    work.state = kind === "specialist_failed" ? "blind" : "done";
  }
}

function callOf({ seq, at, payload }: IncidentEvent): Call {
  return {
    seq,
    at,
    call: payload.call,
    status: payload.status,
    reason: payload.reason ?? "",
    leftOut: payload.left_out ?? [],
    durationMs: payload.duration_ms,
  };
}

function addSample(into: Grouping, event: IncidentEvent): void {
  const last = into.blocks.at(-1);
  if (last?.type === "watch") {
    last.samples.push(event);
    last.lastSeq = event.seq;
    return;
  }
  into.blocks.push({ type: "watch", ...placed(event), samples: [event] });
}

export type Filter = "all" | "findings" | "people" | "changes";

export const FILTERS: Readonly<Record<Filter, string>> = {
  all: "Everything",
  findings: "Findings",
  changes: "Decisions and writes",
  people: "People",
};

const CHANGES: ReadonlySet<string> = new Set([
  "plan_proposed",
  "plan_withheld",
  "policy_ruled",
  "approval_requested",
  "approval_given",
  "approval_decided",
  "approval_voided",
  "grant_minted",
  "grant_renewed",
  "grant_refused",
  "braked",
  "action_started",
  "action_finished",
  "verification_finished",
  "undo_verified",
  "tied",
  "status_changed",
  "escalated",
]);

const PEOPLE: ReadonlySet<string> = new Set([
  "approval_given",
  "approval_decided",
  "verdict_given",
  "reinvestigated",
  "cancelled",
  "paused",
  "resumed",
  "cause_dismissed",
  "acknowledged",
  "assigned",
  "commented",
]);

const FINDINGS: ReadonlySet<string> = new Set([
  "causes_ranked",
  "model_questions",
  "model_opinion",
  "model_choice",
  "model_summary",
  "alert_received",
  "alert_resolved",
  "verification_finished",
  "undo_verified",
  "tied",
  "run_failed",
]);

/** Whether the reader wants to see the block; `actor` narrows to one agent or person. */
export function passes(block: Block, filter: Filter, actor: string): boolean {
  if (actor !== "" && actorOf(block) !== actor) return false;
  if (filter === "all") return true;
  if (block.type === "work") return filter === "findings";
  if (block.type === "watch") return filter === "changes";
  const wanted = { findings: FINDINGS, changes: CHANGES, people: PEOPLE }[filter];
  const { kind, actor: who } = block.event;
  const isByPerson = filter === "people" && (kind === "split" || kind === "merged");
  return wanted.has(kind) || (isByPerson && who !== "platform");
}

export function actorOf(block: Block): string {
  if (block.type === "work") return block.specialist;
  return block.type === "watch" ? "verifier" : block.event.actor;
}
