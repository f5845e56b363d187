import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import type { Role } from "../api/auth";
import { Banners } from "./banners";
import { Causes } from "./causes";
import { Changes } from "./changes";
import { Decision } from "./decision";
import { type Desk, DeskProvider, EvidenceContext } from "./desk";
import type { Evidence } from "./events";
import { EvidencePanel } from "./evidence-panel";
import { eventsOf, type Room } from "./fold";
import { Headline, isOpen } from "./headline";
import type { Connection } from "./live";
import { ModelUsed } from "./model-use";
import { Outcome } from "./outcome";
import type { Run } from "./run";
import { Precedents, Seen } from "./seen";
import { Stream } from "./stream";
import { Verification } from "./verification";

// The report brings a Markdown reader with it, which nobody needs before there is a report.
const Report = lazy(() => import("./report").then((module) => ({ default: module.Report })));

interface Props {
  room: Room;
  connection: Connection;
  me: { name: string; role: Role };
}

/** One incident, live: what happens, what it means, what to decide. */
export function RoomView({ room, connection, me }: Props) {
  const [query, setQuery] = useSearchParams();
  const [opened, setOpened] = useState<string | null>(null);
  const close = useCallback(() => setOpened(null), []);
  const newest = room.runs.at(-1);
  const run = room.runs.find((item) => String(item.number) === query.get("run")) ?? newest;
  const desk = useMemo<Desk>(
    () => ({
      incidentId: room.incidentId,
      name: me.name,
      role: me.role,
      openEvidence: setOpened,
    }),
    [room.incidentId, me.name, me.role],
  );
  if (run === undefined) return null;
  const pick = (number: number) =>
    setQuery(number === newest?.number ? {} : { run: String(number) });
  const item = opened === null ? undefined : room.evidence[opened];
  const showsReport = query.has("report") && room.reportAt !== null;
  return (
    <DeskProvider value={desk}>
      <EvidenceContext value={room.evidence}>
        <main className={`room ${item ? "has-panel" : ""}`} data-status={room.status}>
          <Headline room={room} run={run} connection={connection} onRun={pick} />
          <Banners room={room} run={run} />
          {showsReport && room.reportAt ? (
            <div className="columns with-report">
              <Suspense fallback={<p className="empty">Reading the report …</p>}>
                <Report incidentId={room.incidentId} writtenAt={room.reportAt} />
              </Suspense>
              <aside className="decide" aria-label="Outcome">
                <Outcome room={room} run={run} />
                <Precedents evidence={room.evidence} />
              </aside>
            </div>
          ) : (
            <Columns room={room} run={run} />
          )}
        </main>
        {item && <EvidencePanel item={item} run={run} onClose={close} />}
      </EvidenceContext>
    </DeskProvider>
  );
}

function Columns({ room, run }: { room: Room; run: Run }) {
  const events = useMemo(() => eventsOf(room, run), [room, run]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only new evidence changes the list
  const evidence = useMemo(
    () =>
      events
        .filter((event) => event.kind === "evidence_added")
        .map((event) => event.payload.evidence as Evidence),
    [room.evidence, run.number],
  );
  const open = isOpen(room) && run === room.runs.at(-1);
  const last = run.proposals.at(-1);
  return (
    <div className="columns">
      <Stream key={run.number} events={events} />
      <div className="case">
        <Causes run={run} isOpen={open} />
        <Changes room={room} run={run} />
        <Precedents evidence={room.evidence} />
        <Seen evidence={evidence} run={run} />
        <ModelUsed room={room} />
      </div>
      <aside className="decide" aria-label="Decision and outcome">
        <Outcome room={room} run={run} />
        {last?.verification && run.endedAt === null && <Verification proposal={last} />}
        <Decision run={run} isOpen={open} />
        {last?.verification && run.endedAt !== null && <Verification proposal={last} />}
      </aside>
    </div>
  );
}
