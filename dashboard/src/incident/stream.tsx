import { ArrowDown } from "lucide-react";
import { useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { zoneAt } from "../design/time";
import { Composer } from "./composer";
import type { IncidentEvent } from "./events";
import { actorOf, type Block, FILTERS, type Filter, group, passes } from "./group";
import { LineBlock, WatchBlock } from "./stream-lines";
import { WorkBlock } from "./stream-work";
import { tell } from "./tell";
import { useFollow } from "./use-follow";

/** Only the newest steps are drawn at first: a log of thousands must not slow down what comes next. */
const SHOWN_FIRST = 150;
const SHOWN_MORE = 300;

/** Every step of every agent, as it happens; it follows the end unless the reader scrolled up. */
export function Stream({ events }: { events: readonly IncidentEvent[] }) {
  const [filter, setFilter] = useState<Filter>("all");
  const [actor, setActor] = useState("");
  const newest = events.at(-1);
  const blocks = useMemo(() => group(events), [events]);
  const actors = useMemo(() => [...new Set(blocks.map(actorOf))].sort(), [blocks]);
  const shown = useMemo(
    () => blocks.filter((block) => passes(block, filter, actor)),
    [blocks, filter, actor],
  );
  const { list, onScroll, unread, toEnd } = useFollow<HTMLOListElement>(events.length);
  const [limit, setLimit] = useState(SHOWN_FIRST);
  const hidden = Math.max(0, shown.length - limit);
  const showEarlier = () => {
    const element = list.current;
    const below = element ? element.scrollHeight - element.scrollTop : 0;
    flushSync(() => setLimit(limit + SHOWN_MORE));
    // What the reader looks at stays where it is.
    if (element) element.scrollTop = element.scrollHeight - below;
  };

  return (
    <section className="card stream" aria-label="What happens">
      <header>
        <h2>What happens</h2>
        {newest && <span className="faint">times in {zoneAt(newest.at)}</span>}
        <span className="stream-filters">
          <Select name="Show" value={filter} onPick={setFilter} options={Object.entries(FILTERS)} />
          <Select
            name="By"
            value={actor}
            onPick={setActor}
            options={[["", "everyone"], ...actors.map((name) => [name, name] as const)]}
          />
        </span>
      </header>
      <div className="scroller">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <ol ref={list} onScroll={onScroll} tabIndex={0} aria-label="Steps, oldest first">
          {hidden > 0 && (
            <li className="earlier-steps">
              <button type="button" className="link" onClick={showEarlier}>
                Show earlier steps ({hidden} more)
              </button>
            </li>
          )}
          {shown.slice(hidden).map((block) => (
            <BlockView key={block.key} block={block} />
          ))}
          {shown.length === 0 && <li className="empty">Nothing of this kind has happened.</li>}
        </ol>
        {unread > 0 && (
          <button type="button" className="pill" onClick={toEnd}>
            <ArrowDown aria-hidden="true" /> {unread} new
          </button>
        )}
      </div>
      <Announcer blocks={blocks} />
      <Composer />
    </section>
  );
}

function BlockView({ block }: { block: Block }) {
  if (block.type === "work") return <WorkBlock work={block} lastSeq={block.lastSeq} />;
  if (block.type === "watch") return <WatchBlock watch={block} lastSeq={block.lastSeq} />;
  return <LineBlock event={block.event} />;
}

interface SelectProps<V extends string> {
  name: string;
  value: V;
  options: readonly (readonly [string, string])[];
  onPick: (value: V) => void;
}

function Select<V extends string>({ name, value, options, onPick }: SelectProps<V>) {
  return (
    <label>
      <span className="unseen">{name}</span>
      <select value={value} onChange={(event) => onPick(event.target.value as V)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const LOUD: ReadonlySet<string> = new Set(["key", "good", "bad", "wait"]);

/** Reads aloud what matters, not every call: a screen reader must be able to keep up. */
function Announcer({ blocks }: { blocks: readonly Block[] }) {
  const last = blocks.findLast(
    (block) => block.type === "line" && LOUD.has(tell(block.event).tone),
  );
  return (
    <p className="unseen" aria-live="polite">
      {last?.type === "line" && `${last.event.actor}: ${tell(last.event).text}`}
    </p>
  );
}
