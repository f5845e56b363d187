import { useQuery } from "@tanstack/react-query";
import type { ChangeVerdict, ChangeView, JudgedChange } from "../api/changes";
import * as api from "../api/changes";
import { absolute, clock } from "../design/time";
import { inWords, percent } from "./events";
import type { Room } from "./fold";
import type { Run } from "./run";

/** What was changed around the onset, and whether any of it explains what fails. */
export function Changes({ room, run }: { room: Room; run: Run }) {
  const { data } = useQuery({
    queryKey: ["changes", room.incidentId, run.number, run.rounds.length],
    queryFn: ({ signal }) => api.around(room.incidentId, signal),
    // What was told a moment ago stays until the answer is there.
    placeholderData: (before) => before,
  });
  const told = data?.changes ?? [];
  if (told.length === 0 && run.changes === null) return null;
  const judged = judgedIn(run.changes);
  return (
    <section className="card changes" aria-label="Changes">
      <header>
        <h2>Changes</h2>
        <span className="faint">around the onset</span>
      </header>
      {run.changes && <Verdict verdict={run.changes} />}
      <ol>
        {told.map((change) => (
          <Row
            key={change.id}
            change={change}
            judged={judged.get(change.id)}
            isSuspect={change.id === run.changes?.suspect?.id}
          />
        ))}
      </ol>
      {data?.next_cursor && (
        <p className="faint">
          There were more: <code>sre-agent changes</code> shows them.
        </p>
      )}
    </section>
  );
}

function judgedIn(verdict: ChangeVerdict | null): Map<string, JudgedChange> {
  const all = verdict ? [...(verdict.suspect ? [verdict.suspect] : []), ...verdict.ruled_out] : [];
  return new Map(all.map((item) => [item.id, item]));
}

function Verdict({ verdict }: { verdict: ChangeVerdict }) {
  if (verdict.suspect === null)
    return (
      <p className="explained-by">
        <strong>No change explains this.</strong> {verdict.reason.split(": ").slice(1).join(": ")}
      </p>
    );
  return (
    <p className="explained-by is-found">
      <strong>{verdict.suspect.summary}</strong> explains what fails
      <span className="faint"> {percent(verdict.confidence)}</span>
    </p>
  );
}

interface RowProps {
  change: ChangeView;
  judged: JudgedChange | undefined;
  isSuspect: boolean;
}

function Row({ change, judged, isSuspect }: RowProps) {
  const where = [...change.services, change.repository].filter(Boolean).join(", ");
  const reasons = isSuspect ? (judged?.speaks_for ?? []) : (judged?.speaks_against ?? []);
  return (
    <li className={isSuspect ? "is-suspect" : undefined}>
      <time className="mono" dateTime={change.at} title={absolute(change.at)}>
        {clock(change.at)}
      </time>
      <div>
        <span className="kind">{inWords(change.kind)}</span> <Summary change={change} />
        <span className="faint">
          {where && ` ${where}`}
          {change.actor && ` · ${change.actor}`}
          {change.state && ` · ${inWords(change.state)}`}
        </span>
        {judged && (
          <ul className="reasons faint">
            <li>{isSuspect ? "Suspected" : "Ruled out"}</li>
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

/** What was changed; where its source has a page of it, a link there. */
function Summary({ change }: { change: ChangeView }) {
  if (!/^https?:\/\//.test(change.link)) return <span className="what">{change.summary}</span>;
  return (
    <a className="what" href={change.link} target="_blank" rel="noreferrer">
      {change.summary}
    </a>
  );
}
