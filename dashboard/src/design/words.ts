/** Numbers of the golden signals as people read them. */

export type Unit = "requests_per_second" | "ratio" | "seconds";

export function tellIn(unit: string): (value: number) => string {
  return TELLERS[unit] ?? ((value) => `${significant(value)} ${unit.replaceAll("_", " ")}`);
}

const TELLERS: Record<string, (value: number) => string> = {
  requests_per_second: (value) => `${significant(value)}/s`,
  ratio: (value) => `${significant(value * 100)} %`,
  seconds: tellSeconds,
};

function tellSeconds(value: number): string {
  if (value > 0 && value < 1) return `${significant(value * 1000)} ms`;
  return `${significant(value)} s`;
}

/** Return a number with three figures at most; more would only flicker. */
export function significant(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-GB");
  return String(Number(value.toPrecision(Math.abs(value) < 1 ? 2 : 3)));
}

/** Return a name of the machine's as words. */
export function spaced(name: string): string {
  return name.replaceAll("_", " ");
}

/** Return a plan's summary without the calls at its end: they stand beside it, in full. */
export function withoutCalls(summary: string): string {
  return summary.replace(/: \w+\.\w+\(.*$/s, "");
}
