import { useEffect, useRef } from "react";
import { clock } from "../design/time";
import type { IncidentEvent } from "./events";
import { tell } from "./tell";

/** Every step of every agent, as it happens; it follows the end unless the reader scrolled up. */
export function Stream({ events }: { events: readonly IncidentEvent[] }) {
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  const shown = events.filter((event) => tell(event) !== null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what there is to follow
  useEffect(() => {
    const element = list.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [shown.length]);

  const onScroll = () => {
    const element = list.current;
    if (!element) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  };

  return (
    <section className="card stream" aria-label="What happens">
      <header>
        <h2>What happens</h2>
        <span className="faint mono">{events.length} events</span>
      </header>
      <ol ref={list} onScroll={onScroll} aria-live="polite" tabIndex={-1}>
        {shown.map((event) => (
          <Line key={event.seq} event={event} />
        ))}
      </ol>
    </section>
  );
}

function Line({ event }: { event: IncidentEvent }) {
  const told = tell(event);
  if (told === null) return null;
  return (
    <li id={told.anchor} className={`tone-${told.tone}`} data-actor={event.actor}>
      <time className="mono" dateTime={event.at}>
        {clock(event.at)}
      </time>
      <span className="actor">{event.actor}</span>
      <span className="said">{told.text}</span>
    </li>
  );
}
