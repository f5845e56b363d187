import { useQuery } from "@tanstack/react-query";
import type { ChangeVerdict, ChangeView, JudgedChange } from "../api/changes";
import * as api from "../api/changes";
import { absolute, clock } from "../design/time";
import { inWords } from "./events";
import type { Room } from "./fold";
import type { Run } from "./run";
import { Suspect } from "./suspect";

/** What a row shows of a change, whoever tells of it. */
type Shown = Pick<
  ChangeView,
  | "id"
  | "kind"
  | "summary"
  | "at"
  | "services"
  | "repository"
  | "actor"
  | "link"
  | "commit"
  | "state"
>;

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
  const rows = all(told, judged);
  return (
    <section className="card changes" aria-label="Changes">
      <header>
        <h2>Changes</h2>
        <span className="faint">around the onset</span>
      </header>
      {run.changes && <Suspect verdict={run.changes} />}
      <ol>
        {rows.map((change) => {
          const found = judged.find((item) => isSame(item, change));
          return (
            <Row
              key={change.id}
              change={change}
              judged={found}
              isSuspect={run.changes?.suspect ? isSame(run.changes.suspect, change) : false}
              isWhole={found !== undefined && speaker(found, rows) === change}
            />
          );
        })}
      </ol>
      {data?.next_cursor && (
        <p className="faint">
          There were more: <code>sre-agent changes</code> shows them.
        </p>
      )}
    </section>
  );
}

function judgedIn(verdict: ChangeVerdict | null): JudgedChange[] {
  return verdict ? [...(verdict.suspect ? [verdict.suspect] : []), ...verdict.ruled_out] : [];
}

/** Whether both are the same change: one that was seen first in its repository has its entry later. */
function isSame(judged: JudgedChange, change: Shown): boolean {
  return judged.id === change.id || (Boolean(judged.commit) && judged.commit === change.commit);
}

/** What was told of, and what was only seen in a repository, the newest first. */
function all(told: ChangeView[], judged: JudgedChange[]): Shown[] {
  const seen = judged
    .filter((item) => !told.some((change) => isSame(item, change)))
    .map((item) => ({ ...item, services: [], state: "" }));
  return [...told, ...seen].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** The row that tells why: others of the same commit (its pull request, its deploy) only name it. */
function speaker(judged: JudgedChange, rows: readonly Shown[]): Shown | undefined {
  const same = rows.filter((row) => isSame(judged, row));
  return (
    same.find((row) => row.id === judged.id) ?? same.find((row) => row.kind === "commit") ?? same[0]
  );
}

interface RowProps {
  change: Shown;
  judged: JudgedChange | undefined;
  isSuspect: boolean;
  isWhole: boolean;
}

function Row({ change, judged, isSuspect, isWhole }: RowProps) {
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
            <li>
              {isSuspect ? "Suspected" : "Ruled out"}
              {!isWhole && ` with commit ${judged.commit.slice(0, 7)}`}
            </li>
            {isWhole && reasons.map((reason) => <li key={reason}>{reason}</li>)}
          </ul>
        )}
      </div>
    </li>
  );
}

/** What was changed; where its source has a page of it, a link there. */
function Summary({ change }: { change: Shown }) {
  if (!/^https?:\/\//.test(change.link)) return <span className="what">{change.summary}</span>;
  return (
    <a className="what" href={change.link} target="_blank" rel="noreferrer">
      {change.summary}
    </a>
  );
}
