/** An error budget as people read it: what nobody knows is said to be no data, never a number. */

import type { SloView } from "../api/slos";
import { significant } from "../design/words";

export const NO_DATA = "no data";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

export function tellLeft(remaining: number | null): string {
  return remaining === null ? NO_DATA : `${significant(remaining * 100)} %`;
}

export function tellRate(rate: number | null): string {
  return rate === null ? NO_DATA : `${significant(rate)}×`;
}

/** Return when nothing is left at the last hour's rate. */
export function tellEnd(slo: SloView): string {
  if (slo.remaining === null) return NO_DATA;
  if (slo.exhausted_in_s === null) return "not at this rate";
  if (slo.exhausted_in_s === 0) return "spent";
  if (slo.exhausted_in_s < 2 * DAY_S) return `in ${significant(slo.exhausted_in_s / HOUR_S)} h`;
  return `in ${significant(slo.exhausted_in_s / DAY_S)} d`;
}

const ORDER: Record<SloView["status"], number> = {
  fast_burn: 0,
  slow_burn: 1,
  exhausted: 2,
  warning: 3,
  no_data: 4,
  healthy: 5,
};

/** Return the most urgent first; among those, what matters most, then by name. */
export function byUrgency(slos: readonly SloView[]): SloView[] {
  return [...slos].sort(
    (one, other) =>
      ORDER[one.status] - ORDER[other.status] ||
      one.tier - other.tier ||
      one.cluster.localeCompare(other.cluster) ||
      one.id.localeCompare(other.id),
  );
}

/** Return how much of the bar is filled, in percent. */
export function filled(remaining: number): number {
  return Math.round(100 * Math.min(1, Math.max(0, remaining)));
}
