import { memo } from "react";
import { absolute, bareClock } from "../design/time";
import { CallText } from "./call";
import { useDesk } from "./desk";
import { callText, inWords } from "./events";
import type { Call, Work } from "./group";
import { keyed } from "./keyed";

const CALLS_SHOWN = 60;

/** One specialist in one round: its findings, its calls behind a fold, and what it could not see. */
export const WorkBlock = memo(
  function WorkBlock({ work }: { work: Work; lastSeq: number }) {
    const { openEvidence } = useDesk();
    return (
      <li className={`work is-${work.state}`} data-kind="work">
        <div className="line">
          <time className="mono" dateTime={work.at} title={absolute(work.at)}>
            {bareClock(work.at)}
          </time>
          <span className={`agent agent-${work.specialist}`}>{work.specialist}</span>
          <span className="said">
            <span className="head">
              {heading(work)} <span className="faint">round {work.round}</span>
            </span>
          </span>
        </div>
        <ul className="found">
          {work.evidence.map(({ seq, item }) => (
            <li key={seq}>
              <button type="button" className="fact" onClick={() => openEvidence(item.id)}>
                <span className="mono faint">{item.id}</span>
                <span>{item.summary}</span>
              </button>
            </li>
          ))}
          {keyed(work.gaps, (gap) => gap.reason).map(({ key, item: gap }) => (
            <li key={key} className="gap">
              {gap.call ? `${callText(gap.call)}: ` : ""}
              {inWords(gap.status)}, {gap.reason}
            </li>
          ))}
        </ul>
        <Calls calls={work.calls} />
      </li>
    );
  },
  (before, after) => before.lastSeq === after.lastSeq && before.work.key === after.work.key,
);

function heading(work: Work): string {
  if (work.state === "looking") return "Is looking";
  if (work.state === "blind") return "Could not see anything";
  if (work.evidence.length === 0) return "Has looked and found nothing new";
  return `Has found ${work.evidence.length} ${work.evidence.length === 1 ? "fact" : "facts"}`;
}

function Calls({ calls }: { calls: readonly Call[] }) {
  if (calls.length === 0) return null;
  const failed = calls.filter((call) => call.status !== "ok").length;
  return (
    <details className="calls">
      <summary>
        {calls.length} {calls.length === 1 ? "call" : "calls"}
        {failed > 0 && <span className="tone-wait">, {failed} without an answer</span>}
      </summary>
      <ul>
        {calls.slice(0, CALLS_SHOWN).map((call) => (
          <li key={call.seq}>
            <CallText call={call.call} />{" "}
            <span className={call.status === "ok" ? "faint" : "tone-wait"}>
              {inWords(call.status)}, {Math.round(call.durationMs)} ms
            </span>
            {call.reason && <span className="because">{call.reason}</span>}
            {call.leftOut.length > 0 && <span className="because">{call.leftOut.join("; ")}</span>}
          </li>
        ))}
        {calls.length > CALLS_SHOWN && (
          <li className="faint">and {calls.length - CALLS_SHOWN} more</li>
        )}
      </ul>
    </details>
  );
}
