import { bareClock, clock } from "../design/time";

interface Point {
  at: string;
  value: number;
}

interface Signal {
  name: string;
  unit: string;
  query: string;
  points: Point[];
}

type Group = Record<string, Signal | Record<string, string> | null>;

const SHOWN = ["traffic", "errors", "latency_p99", "saturation"] as const;
const WIDTH = 240;
const HEIGHT = 48;

/** The golden signals of a service as they were read, each with its query. */
export function Signals({ facts }: { facts: Readonly<Record<string, unknown>> }) {
  const total = facts.total as Group | undefined;
  if (total === undefined) return null;
  return (
    <div className="signals">
      {SHOWN.map((name) => {
        const signal = total[name] as Signal | null | undefined;
        return signal ? <Chart key={name} signal={signal} /> : null;
      })}
    </div>
  );
}

function Chart({ signal }: { signal: Signal }) {
  const { points, unit } = signal;
  const last = points.at(-1);
  return (
    <figure title={signal.query}>
      <figcaption>
        <span>{signal.name.replaceAll("_", " ")}</span>
        <span className="mono">{last ? inUnit(last.value, unit) : "no data"}</span>
      </figcaption>
      {points.length > 1 && (
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={pathOf(points)} />
        </svg>
      )}
      {points[0] && last && (
        <span className="span faint mono">
          {bareClock(points[0].at)} – {clock(last.at)}
        </span>
      )}
    </figure>
  );
}

/** Zero is at the bottom, so that a calm signal looks calm. */
export function pathOf(points: readonly Point[]): string {
  const top = Math.max(...points.map((point) => point.value), Number.EPSILON);
  const step = WIDTH / Math.max(1, points.length - 1);
  return points
    .map(({ value }, index) => {
      const y = HEIGHT - 2 - (value / top) * (HEIGHT - 4);
      return `${index === 0 ? "M" : "L"}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

export function inUnit(value: number, unit: string): string {
  switch (unit) {
    case "ratio":
      return `${(value * 100).toFixed(1)}%`;
    case "seconds":
      return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`;
    case "requests_per_second":
      return `${value.toFixed(1)}/s`;
    default:
      return `${value.toPrecision(3)} ${unit}`;
  }
}
