import { DiffLines } from "../design/diff";
import { Sentence } from "../design/sentence";
import { between, clock, duration } from "../design/time";
import { CallText } from "./call";
import { Change } from "./change";
import { Cites } from "./cites";
import { type Action, inWords, nameOf, type Ruling } from "./events";
import { texts } from "./keyed";
import { levelOf, RiskView } from "./risk";
import type { ActionState } from "./run";

/** Characters of a diff that stand there without being asked for. */
const SHORT = 1500;

interface Props {
  action: Action;
  ruling: Ruling | undefined;
  state: ActionState | undefined;
}

/** One write: what it would change, who would feel it, how it is undone, what policy says, how it goes. */
export function ActionView({ action, ruling, state }: Props) {
  const level = ruling?.risk ? levelOf(ruling.risk) : action.risk;
  return (
    <div className="action">
      <p className="does">
        <code>{action.call.tool}</code> <span>on</span> <code>{nameOf(action.target)}</code>
        <span className={`badge risk-${level}`}>{level} risk</span>
      </p>
      <p className="muted">
        <Sentence text={action.rationale} />
      </p>
      <dl className="pairs">
        <dt className="whole">Would change</dt>
        <dd className="whole">
          <WouldChange action={action} />
        </dd>
        <dt>Felt by</dt>
        <dd>{action.blast_radius.statement}</dd>
        <dt>Undone by</dt>
        <dd>
          {action.inverse ? (
            <CallText call={action.inverse} />
          ) : (
            <span className="tone-bad">nothing that the platform can do itself</span>
          )}
        </dd>
        <dt>Policy</dt>
        <dd>
          {ruling ? (
            <>
              <strong className={`ruling-${ruling.ruling}`}>{ruling.ruling}</strong> by rule{" "}
              <code>{ruling.rule}</code>: {ruling.reason}
            </>
          ) : (
            "not ruled on yet"
          )}
        </dd>
        {ruling?.ruling === "ask" && (
          <>
            <dt>Answered by</dt>
            <dd>{whoAnswers(ruling)}</dd>
          </>
        )}
        {ruling?.risk && (
          <>
            <dt>Risk</dt>
            <dd>
              <RiskView risk={ruling.risk} />
            </dd>
          </>
        )}
        <dt>Because of</dt>
        <dd>
          <Cites ids={action.evidence_ids} />
        </dd>
      </dl>
      {state && <Progress state={state} />}
    </div>
  );
}

function whoAnswers({ approvers }: Ruling): string {
  const role = approvers?.role ?? "approver";
  const above = role === "admin" ? "" : " or admin";
  const people = approvers?.people ?? 1;
  const who =
    people > 1 ? `${people} different people, each ${role}${above}` : `one ${role}${above}`;
  return approvers?.not_requester ? `${who}; not who asked for it` : who;
}

function WouldChange({ action }: { action: Action }) {
  const tried = action.dry_run;
  if (tried === null) return <span className="tone-bad">nobody knows: it was not rehearsed</span>;
  return (
    <>
      {tried.changes.length === 0 && <span>nothing, says the dry run</span>}
      {texts(tried.changes).map(({ key, item }) => (
        <Change key={key} text={item} />
      ))}
      {tried.diff && (
        <details open={tried.diff.length < SHORT}>
          <summary>What becomes of the files</summary>
          <DiffLines text={tried.diff} />
        </details>
      )}
      {texts(tried.warnings).map(({ key, item }) => (
        <p key={key} className="warning">
          {item}
        </p>
      ))}
    </>
  );
}

/** Grant, begin, outcome: where the write stands. */
function Progress({ state }: { state: ActionState }) {
  const isGood = state.status === "ok";
  return (
    <ol className="deeds" aria-label="Carrying it out">
      {state.refused && <li className="bad">No grant: {state.refused}</li>}
      {state.grantedAt && (
        <li className="good">
          Grant signed <span className="faint mono">{state.grantId}</span>
          <time className="mono faint">{clock(state.grantedAt)}</time>
        </li>
      )}
      {state.startedAt && (
        <li className={state.finishedAt ? "good" : "busy"}>
          {state.finishedAt ? "Begun" : "Being carried out"}
          <time className="mono faint">{clock(state.startedAt)}</time>
        </li>
      )}
      {state.finishedAt && (
        <li className={isGood ? "good" : "bad"}>
          {inWords(state.outcome ?? state.status ?? "ended")}: {state.detail}
          <time className="mono faint">
            {state.startedAt && duration(between(state.startedAt, state.finishedAt))}
          </time>
        </li>
      )}
    </ol>
  );
}
