import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { between, duration } from "../design/time";
import { Trouble } from "../design/trouble";
import { useBar, useDesk } from "./desk";
import { type Diagnosis, inWords } from "./events";
import type { Room } from "./fold";
import type { Run } from "./run";
import { useDeed } from "./use-deed";
import { WrongDialog } from "./wrong";

const WORDS: Readonly<Record<string, string>> = {
  resolved: "Resolved, and seen to be",
  closed: "Closed",
  merged: "Part of another incident",
  escalated: "Handed over to people",
};

/** How it ended, how long it took, and whether the cause was right. */
export function Outcome({ room, run }: { room: Room; run: Run }) {
  if (run.endedAt === null) return null;
  const begun = run.reached.alert ?? run.beganAt;
  return (
    <section className={`card outcome ended-${run.status}`} aria-label="Outcome">
      <header>
        <h2>{WORDS[run.status] ?? inWords(run.status)}</h2>
        <span className="faint mono">{duration(between(begun, run.endedAt))}</span>
      </header>
      <div className="body">
        <p className="reason">{reasonOf(room, run)}</p>
        {room.reportAt && run === room.runs.at(-1) && <ReportLink />}
        {room.mergedInto && run.status === "merged" && (
          <Link className="button" to={`/incidents/${encodeURIComponent(room.mergedInto)}`}>
            Go on in {room.mergedInto}
          </Link>
        )}
        {run.diagnosis && run.diagnosis.causes.length > 0 && run.status !== "merged" && (
          <Verdict room={room} diagnosis={run.diagnosis} />
        )}
      </div>
    </section>
  );
}

function ReportLink() {
  const [query] = useSearchParams();
  if (query.has("report")) return null;
  return (
    <Link className="button" to="?report">
      Read the postmortem
    </Link>
  );
}

function reasonOf(room: Room, run: Run): string {
  if (run.status === "escalated") return run.escalation ?? run.failure ?? "";
  const verified = run.proposals.findLast((proposal) => proposal.verification?.isOver);
  if (run.status === "resolved") return verified?.verification?.reason ?? "";
  if (run.status === "merged" && room.mergedBecause) return room.mergedBecause;
  if (room.cancelledBecause) return `Cancelled by ${room.cancelledBecause}`;
  return run.diagnosis?.reason ?? run.withheld?.reason ?? "";
}

function asked(diagnosis: Diagnosis): string {
  if (diagnosis.conclusion === "nothing_wrong") return "Was nothing wrong, as it says?";
  return diagnosis.abstained ? "No cause was named. Do you know it?" : "Was the cause right?";
}

function Verdict({ room, diagnosis }: { room: Room; diagnosis: Diagnosis }) {
  const bar = useBar("responder");
  const deed = useDeed(useDesk().incidentId);
  const [isWrong, setWrong] = useState(false);
  const said = room.verdict;
  const isOpen = diagnosis.abstained && diagnosis.conclusion !== "nothing_wrong";
  return (
    <div className="verdict">
      <p className={said ? "muted" : ""}>
        {said ? (
          <>
            {said.by} judged the cause <strong>{said.judgement}</strong>
            {said.actual && `: it was ${said.actual}`}
            {said.note && <q>{said.note}</q>}
          </>
        ) : (
          `${asked(diagnosis)} The answer makes the next diagnosis better.`
        )}
      </p>
      <div className="row">
        {!isOpen && (
          <button
            type="button"
            className="button"
            disabled={bar !== null || deed.isSending}
            aria-pressed={said?.judgement === "right"}
            onClick={() => void deed.send("verdict", { verdict: "right" })}
          >
            It was right
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={bar !== null || deed.isSending}
          aria-pressed={said?.judgement === "wrong"}
          onClick={() => setWrong(true)}
        >
          {isOpen ? "It was…" : "It was wrong…"}
        </button>
      </div>
      {bar && <p className="faint">{bar}</p>}
      <Trouble error={deed.error} />
      {isWrong && <WrongDialog onClose={() => setWrong(false)} />}
    </div>
  );
}
