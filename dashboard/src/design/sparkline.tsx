import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import { line, nearest, type Sample, type Span, shapeOf, surface } from "./shape";
import { clock } from "./time";

const WIDTH = 240;
const HEIGHT = 48;

interface Props {
  name: string;
  series: readonly Sample[];
  span: Span;
  tell: (value: number) => string;
}

/** A small graph; pointing at it, or focusing it and using the arrow keys, tells value and time. */
export function Sparkline({ name, series, span, tell }: Props) {
  const shape = useMemo(() => shapeOf(series, span), [series, span]);
  const [looked, setLooked] = useState<number | null>(null);
  const { points } = shape;
  const at = looked === null ? null : (points[Math.min(looked, points.length - 1)] ?? null);
  const shown = at ?? points.at(-1);
  if (!shown) return null;

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setLooked(nearest(points, (event.clientX - box.left) / box.width));
  };
  const step = (event: KeyboardEvent<HTMLDivElement>) => {
    const moved = MOVES[event.key]?.(looked ?? points.length - 1, points.length - 1);
    if (moved === undefined) return;
    event.preventDefault();
    setLooked(moved);
  };
  const told = `${tell(shown.value)} at ${clock(new Date(shown.atS * 1000).toISOString())}`;

  return (
    <div
      className="sparkline"
      role="slider"
      tabIndex={0}
      aria-label={`${name} over time`}
      aria-valuemin={0}
      aria-valuemax={points.length - 1}
      aria-valuenow={points.indexOf(shown)}
      aria-valuetext={told}
      onPointerMove={point}
      onPointerLeave={() => setLooked(null)}
      onKeyDown={step}
      onBlur={() => setLooked(null)}
    >
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path className="base" d={`M0 ${HEIGHT}H${WIDTH}`} />
        {shape.runs.map((run) => (
          <g key={run[0]?.atS}>
            <path className="under" d={surface(run, WIDTH, HEIGHT)} />
            <path className="line" d={line(run, WIDTH, HEIGHT)} />
          </g>
        ))}
      </svg>
      <span
        className={`mark ${at ? "looked" : ""}`}
        style={{ left: `${shown.x * 100}%`, top: `${shown.y * 100}%` }}
      />
      {at && (
        <span
          className="told"
          style={{ left: `${at.x * 100}%`, transform: `translateX(${at.x * -100}%)` }}
        >
          {told}
        </span>
      )}
    </div>
  );
}

const MOVES: Record<string, (now: number, last: number) => number> = {
  ArrowLeft: (now) => Math.max(0, now - 1),
  ArrowRight: (now, last) => Math.min(last, now + 1),
  Home: () => 0,
  End: (_now, last) => last,
};
