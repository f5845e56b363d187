/** How a rung is told. */

import type { RungView } from "../api/autonomy";

/** Return how many runs went well, of all that there were. */
export function tellRuns(rung: RungView): string {
  const runs = rung.successes + rung.failures + rung.unproven;
  return `${rung.successes} of ${runs}`;
}

/** Return a bound in percent, rounded down: what is not reached is not told as reached. */
export function tellBound(bound: number): string {
  return `${Math.floor(bound * 100)} %`;
}
