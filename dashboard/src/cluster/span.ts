/** How far back the graphs of a snapshot reach: not further than there are samples. */

import { SIGNALS, type SnapshotView } from "../api/clusters";
import type { Span } from "../design/shape";

const LEAST_S = 300;

/** Return one span for all graphs of the snapshot, so that they can be compared. */
export function spanOf(snapshot: SnapshotView): Span {
  const toS = Date.parse(snapshot.as_of) / 1000;
  const asked = toS - snapshot.minutes * 60;
  const firsts = [snapshot.whole, ...snapshot.services].flatMap((signals) =>
    SIGNALS.flatMap((name) => signals[name].series[0]?.[0] ?? []),
  );
  const first = firsts.length > 0 ? Math.min(...firsts) : asked;
  return { fromS: Math.max(asked, Math.min(first, toS - LEAST_S)), toS };
}

export function minutesOf({ fromS, toS }: Span): number {
  return Math.round((toS - fromS) / 60);
}
