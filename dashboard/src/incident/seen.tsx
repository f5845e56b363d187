import { memo, useState } from "react";
import { Link } from "react-router";
import { absolute, bareClock, zoneAt } from "../design/time";
import { useDesk } from "./desk";
import { callText, type Evidence, type Gap, inWords, percent } from "./events";
import { keyed } from "./keyed";
import { precedents, type Run } from "./run";

/** All that was looked at, by who looked; and what nobody could see. */
export const Seen = memo(function Seen({
  evidence,
  run,
}: {
  evidence: readonly Evidence[];
  run: Run;
}) {
  const own = evidence.filter((item) => !item.kind.startsWith("memory."));
  const names = [...new Set(own.map((item) => item.specialist))];
  const leftOut = own.filter((item) => item.left_out.length > 0);
  return (
    <section className="card seen" aria-label="What was looked at">
      <header>
        <h2>What was looked at</h2>
        <span className="faint">
          {own.length} facts{own[0] && `, times in ${zoneAt(own[0].observed_at)}`}
        </span>
      </header>
      {own.length === 0 && <p className="empty">Nothing yet.</p>}
      {names.map((name) => (
        <Ledger key={name} name={name} items={own.filter((item) => item.specialist === name)} />
      ))}
      <Gaps gaps={run.gaps} />
      {leftOut.length > 0 && (
        <div className="aside-list">
          <h3>Left out by limits</h3>
          <ul>
            {leftOut.map((item) => (
              <li key={item.id}>
                <span className="mono">{item.id}</span> {item.left_out.join("; ")}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
});

function Ledger({ name, items }: { name: string; items: readonly Evidence[] }) {
  const { openEvidence } = useDesk();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="ledger" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className={`agent agent-${name}`}>{name}</span>
        <span className="faint">
          {items.length} {items.length === 1 ? "fact" : "facts"}
        </span>
      </summary>
      <ul>
        {(isOpen ? items : []).map((item) => (
          <li key={item.id}>
            <button type="button" className="fact" onClick={() => openEvidence(item.id)}>
              <span className="mono faint">{item.id}</span>
              <span>{item.summary}</span>
              <time
                className="mono faint"
                dateTime={item.observed_at}
                title={absolute(item.observed_at)}
              >
                {bareClock(item.observed_at)}
              </time>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Gaps({ gaps }: { gaps: readonly Gap[] }) {
  if (gaps.length === 0) return null;
  return (
    <div className="aside-list gaps">
      <h3>Could not be seen</h3>
      <ul>
        {keyed(gaps, (gap) => gap.specialist + gap.reason).map(({ key, item: gap }) => (
          <li key={key}>
            <span className="who">{gap.specialist}</span>{" "}
            {gap.call && <code>{callText(gap.call)}</code>} {inWords(gap.status)}: {gap.reason}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Past {
  incident_id: string;
  service: string;
  outcome: string;
  similarity: number;
  reasons?: string[];
  repair?: string;
  cause?: { fault_class: string } | null;
}

/** Incidents of before that were like this one, and what was proven in them. */
export const Precedents = memo(function Precedents({
  evidence,
}: {
  evidence: Readonly<Record<string, Evidence>>;
}) {
  const found = precedents(evidence).at(-1);
  const past = (found?.facts.incidents ?? []) as Past[];
  if (past.length === 0) return null;
  return (
    <section className="card precedents" aria-label="Seen before">
      <header>
        <h2>Seen before</h2>
        <span className="faint">nudges, never decides</span>
      </header>
      <ul>
        {past.map((item) => (
          <li key={item.incident_id}>
            <span className="likeness mono">{percent(item.similarity)}</span>
            <span>
              <Link to={`/incidents/${encodeURIComponent(item.incident_id)}`}>
                {item.cause ? inWords(item.cause.fault_class) : "no cause named"} · {item.service}
              </Link>{" "}
              <span className={`outcome-${item.outcome}`}>{inWords(item.outcome)}</span>
              {item.repair && <code className="faint"> {item.repair}</code>}
              <span className="faint reasons">{(item.reasons ?? []).join("; ")}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
});
