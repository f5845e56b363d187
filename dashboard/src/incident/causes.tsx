import type { Cause, Diagnosis, Evidence, Finding } from "./events";
import { nameOf } from "./events";

interface Props {
  diagnosis: Diagnosis | null;
  round: number;
  evidence: Record<string, Evidence>;
}

/** The ranked causes, each with what speaks for and against it. */
export function Causes({ diagnosis, round, evidence }: Props) {
  return (
    <section className="card causes" aria-label="Causes">
      <header>
        <h2>Causes</h2>
        <span className="faint">{diagnosis ? `after round ${round}` : "no judgement yet"}</span>
      </header>
      {diagnosis?.abstained && (
        <p className="abstains">
          <strong>Abstains.</strong> {diagnosis.reason}
        </p>
      )}
      {diagnosis?.causes.map((cause, index) => (
        <CauseRow
          key={`${cause.fault_class} ${nameOf(cause.object)}`}
          cause={cause}
          evidence={evidence}
          isTop={index === 0}
        />
      ))}
      {diagnosis === null && <p className="empty">The specialists are looking.</p>}
    </section>
  );
}

function CauseRow({
  cause,
  evidence,
  isTop,
}: {
  cause: Cause;
  evidence: Record<string, Evidence>;
  isTop: boolean;
}) {
  const percent = Math.round(cause.confidence * 100);
  return (
    <details className="cause" open={isTop}>
      <summary>
        <span className="confidence mono" style={{ "--share": cause.confidence } as object}>
          {percent}%
        </span>
        <span className="what">
          <strong>{cause.fault_class.replaceAll("_", " ")}</strong>{" "}
          <code>{nameOf(cause.object)}</code>
          <span className="statement">{cause.statement}</span>
        </span>
      </summary>
      <ul className="findings">
        {cause.findings.map((finding) => (
          <FindingRow
            key={finding.rule + finding.statement}
            finding={finding}
            evidence={evidence}
          />
        ))}
      </ul>
    </details>
  );
}

function FindingRow({
  finding,
  evidence,
}: {
  finding: Finding;
  evidence: Record<string, Evidence>;
}) {
  return (
    <li className={finding.stance}>
      <span className="stance">{finding.stance}</span>
      <span>{finding.statement}</span>
      <span className="cites">
        {finding.evidence_ids.map((id) => (
          <a key={id} className="mono" href={`#evidence-${id}`} title={evidence[id]?.summary}>
            {id}
          </a>
        ))}
      </span>
    </li>
  );
}
