/** Where the line of a small graph runs: samples in, paths out; what was not measured stays a gap. */

export type Sample = readonly [atS: number, value: number | null];

export interface Point {
  atS: number;
  value: number;
  /** Both between 0 and 1, from the left and from the top. */
  x: number;
  y: number;
}

export interface Shape {
  /** Each run of samples without a gap. */
  runs: Point[][];
  points: Point[];
  top: number;
}

/** Samples further apart than this many usual steps have a gap between them. */
const GAP_STEPS = 2.5;
/** The highest value stays this far (of the height) below the upper edge. */
const HEADROOM = 0.08;

export interface Span {
  fromS: number;
  toS: number;
}

/**
 * Return the shape of a series; a graph begins at zero, so that small changes look small.
 *
 * Without a span it reaches from the first sample to the last.
 */
export function shapeOf(series: readonly Sample[], within?: Span): Shape {
  const first = within?.fromS ?? series[0]?.[0] ?? 0;
  const last = within?.toS ?? series.at(-1)?.[0] ?? 0;
  const span = last - first || 1;
  const values = series.flatMap(([, value]) => (isMeasured(value) ? [value] : []));
  const top = Math.max(0, ...values);
  const scale = top > 0 ? (1 - HEADROOM) / top : 0;
  const points = series.flatMap(([atS, value]) =>
    isMeasured(value)
      ? [{ atS, value, x: between0and1((atS - first) / span), y: 1 - Math.max(0, value) * scale }]
      : [],
  );
  return { runs: runsOf(points, usualStep(series)), points, top };
}

function between0and1(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function isMeasured(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

function usualStep(series: readonly Sample[]): number {
  const steps = series
    .slice(1)
    .map(([atS], index) => atS - (series[index]?.[0] ?? atS))
    .sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}

function runsOf(points: readonly Point[], stepS: number): Point[][] {
  const runs: Point[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run && before && (stepS === 0 || point.atS - before.atS <= GAP_STEPS * stepS)) {
      run.push(point);
    } else {
      runs.push([point]);
    }
  }
  return runs;
}

/** Return the line through a run as an SVG path; a single sample becomes a dot. */
export function line(run: readonly Point[], width: number, height: number): string {
  const parts = run.map((point) => `${round(point.x * width)} ${round(point.y * height)}`);
  return parts.length === 1 ? `M${parts[0]}h0` : `M${parts.join("L")}`;
}

/** Return the surface under a run as an SVG path. */
export function surface(run: readonly Point[], width: number, height: number): string {
  const [first, last] = [run[0], run.at(-1)];
  if (!first || !last || first === last) return "";
  return `${line(run, width, height)}V${height}H${round(first.x * width)}Z`;
}

/** Return the number of the point nearest to a place between 0 (left) and 1. */
export function nearest(points: readonly Point[], x: number): number {
  let best = 0;
  points.forEach((point, index) => {
    const other = points[best];
    if (other && Math.abs(point.x - x) < Math.abs(other.x - x)) best = index;
  });
  return best;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
