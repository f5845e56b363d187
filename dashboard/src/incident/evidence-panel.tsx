import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { absolute, clock } from "../design/time";
import { CallText } from "./call";
import { type Evidence, inWords, nameOf } from "./events";
import { Facts } from "./facts";
import { keyed } from "./keyed";
import type { Run } from "./run";

interface Props {
  item: Evidence;
  run: Run;
  onClose: () => void;
}

/** One piece of evidence beside the page: what was asked, what was seen, when, and what rests on it. */
export function EvidencePanel({ item, run, onClose }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef<Element | null>(null);

  useEffect(() => {
    before.current ??= document.activeElement;
    return () => {
      if (before.current instanceof HTMLElement) before.current.focus();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another piece of evidence is another heading
  useEffect(() => heading.current?.focus(), [item.id]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && document.querySelector("dialog[open]") === null) onClose();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [onClose]);

  return (
    <aside className="evidence-panel" aria-label={`Evidence ${item.id}`}>
      <header>
        <span className="over">
          <span className="mono">{item.id}</span>
          <span className={`agent agent-${item.specialist}`}>{item.specialist}</span>
          <span className="faint">{item.kind}</span>
        </span>
        <button type="button" className="icon-button" aria-label="Close evidence" onClick={onClose}>
          <X aria-hidden="true" />
        </button>
        <h2 ref={heading} tabIndex={-1}>
          {item.summary}
        </h2>
      </header>
      <div className="content">
        <dl className="pairs">
          <dt>Asked</dt>
          <dd>
            <CallText call={item.call} />
          </dd>
          <dt>Seen</dt>
          <dd title={absolute(item.observed_at)}>{clock(item.observed_at)}</dd>
          {item.subject && (
            <>
              <dt>About</dt>
              <dd>
                <code>{nameOf(item.subject)}</code>
              </dd>
            </>
          )}
          {item.left_out.length > 0 && (
            <>
              <dt>Left out</dt>
              <dd className="tone-wait">{item.left_out.join("; ")}</dd>
            </>
          )}
        </dl>
        <RestsOnIt id={item.id} run={run} />
        <Facts item={item} />
      </div>
    </aside>
  );
}

function RestsOnIt({ id, run }: { id: string; run: Run }) {
  const findings = (run.diagnosis?.causes ?? []).flatMap((cause) =>
    cause.findings
      .filter((finding) => finding.evidence_ids.includes(id))
      .map((finding) => ({ ...finding, cause: inWords(cause.fault_class) })),
  );
  if (findings.length === 0) return <p className="faint">No finding rests on it.</p>;
  return (
    <div className="aside-list">
      <h3>Findings that rest on it</h3>
      <ul>
        {keyed(findings, (item) => item.cause + item.rule).map(({ key, item: finding }) => (
          <li key={key}>
            <span className={`sign ${finding.stance}`}>{finding.stance}</span>{" "}
            <span className="faint">{finding.cause}:</span> {finding.statement}
          </li>
        ))}
      </ul>
    </div>
  );
}
