/** What a language model took, as people read it: what nobody knows is said to be unknown. */

import type { ModelUse } from "../api/models";
import { significant } from "./words";

export function tellTokens(count: number): string {
  return count.toLocaleString("en-GB");
}

/** Return dollars; small sums keep two figures, so that they never look like nothing. */
export function tellDollars(usd: number | null): string {
  if (usd === null) return "price unknown";
  if (usd === 0) return "$0";
  return usd < 1 ? `$${significant(usd)}` : `$${usd.toFixed(2)}`;
}

/** Return how long answers were waited for. */
export function tellWait(seconds: number): string {
  if (seconds < 120) return `${significant(seconds)} s`;
  return seconds < 7200 ? `${significant(seconds / 60)} min` : `${significant(seconds / 3600)} h`;
}

/** Return how many questions it was asked. */
export function tellCalls({ calls }: ModelUse): string {
  return `${tellTokens(calls)} ${calls === 1 ? "question" : "questions"}`;
}

/** Return how much of a budget is used, in percent; what is little is not called nothing. */
export function tellShare(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 1 ? "less than 1 %" : `${Math.floor(percent)} %`;
}
