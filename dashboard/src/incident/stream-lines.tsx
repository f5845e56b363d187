import { memo } from "react";
import { absolute, bareClock } from "../design/time";
import type { IncidentEvent } from "./events";
import type { Watch } from "./group";
import { tell } from "./tell";

/** One event as a line: when, who, what, and why. */
export const LineBlock = memo(function LineBlock({ event }: { event: IncidentEvent }) {
  const told = tell(event);
  return (
    <li className={`line tone-${told.tone}`} data-kind={event.kind}>
      <time className="mono" dateTime={event.at} title={absolute(event.at)}>
        {bareClock(event.at)}
      </time>
      <span className={`agent agent-${event.actor}`}>{event.actor}</span>
      <span className="said">
        {told.text}
        {told.because && <span className="because">{told.because}</span>}
      </span>
    </li>
  );
});

/** Looks of the verifier in a row: the newest one, and how many there were. */
export const WatchBlock = memo(
  function WatchBlock({ watch }: { watch: Watch; lastSeq: number }) {
    const last = watch.samples.at(-1);
    if (last === undefined) return null;
    const count = watch.samples.length;
    return (
      <li className="line tone-quiet" data-kind="verification_sampled">
        <time className="mono" dateTime={last.at} title={absolute(last.at)}>
          {bareClock(last.at)}
        </time>
        <span className="agent agent-verifier">verifier</span>
        <span className="said">
          Looks again{count > 1 && `, ${count} times so far`}
          <span className="because">{last.payload.reason}</span>
        </span>
      </li>
    );
  },
  (before, after) => before.lastSeq === after.lastSeq,
);
