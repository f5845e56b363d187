import type { ReactNode } from "react";
import { type Evidence, inWords } from "./events";
import { Patterns } from "./patterns";
import { Signals } from "./signals";

/** The facts as they were recorded. Logs and signals have a view of their own; everything can be unfolded. */
export function Facts({ item }: { item: Evidence }) {
  return (
    <>
      {item.kind === "metrics.golden_signals" && <Signals facts={item.facts} />}
      {item.kind === "logs.error_patterns" && <Patterns facts={item.facts} />}
      <details className="raw" open={!OWN_VIEW.has(item.kind)}>
        <summary>Facts as recorded</summary>
        <Tree value={item.facts} depth={0} />
      </details>
    </>
  );
}

const OWN_VIEW: ReadonlySet<string> = new Set(["metrics.golden_signals", "logs.error_patterns"]);
const OPEN_DEPTH = 2;
const ITEMS_MAX = 50;

/** Any JSON, as pairs that can be folded. Strings stay text, whatever they hold. */
function Tree({ value, depth }: { value: unknown; depth: number }): ReactNode {
  if (typeof value !== "object" || value === null) return <Leaf value={value} />;
  const entries = Object.entries(value);
  if (entries.length === 0) return <span className="faint">none</span>;
  const shown = entries.slice(0, ITEMS_MAX);
  return (
    <ul className="tree">
      {shown.map(([key, item]) => (
        <li key={key}>
          <Branch name={Array.isArray(value) ? `#${Number(key) + 1}` : inWords(key)} depth={depth}>
            {item}
          </Branch>
        </li>
      ))}
      {entries.length > ITEMS_MAX && (
        <li className="faint">and {entries.length - ITEMS_MAX} more</li>
      )}
    </ul>
  );
}

function Branch({ name, depth, children }: { name: string; depth: number; children: unknown }) {
  const isDeep = typeof children === "object" && children !== null;
  if (!isDeep)
    return (
      <span className="pair">
        <span className="faint">{name}</span>
        <span className="value">
          <Leaf value={children} />
        </span>
      </span>
    );
  const size = Object.keys(children).length;
  return (
    <details className="branch" open={depth < OPEN_DEPTH && size <= 12}>
      <summary>
        {name} {Array.isArray(children) && <span className="faint">({size})</span>}
      </summary>
      <Tree value={children} depth={depth + 1} />
    </details>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (value === null || value === "") return <span className="faint">none</span>;
  const text = String(value);
  return text.length > 120 || text.includes("\n") ? <pre>{text}</pre> : <bdi>{text}</bdi>;
}
