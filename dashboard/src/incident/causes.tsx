import { memo, useState } from "react";
import { useBar } from "./desk";
import { DismissDialog } from "./dismiss";
import { type Cause, inWords, nameOf, percent, type Question } from "./events";
import { Findings } from "./findings";
import { keyed } from "./keyed";
import type { Run } from "./run";
import { SecondOpinion } from "./second-opinion";

/** The ranked causes, each with what speaks for and against it. */
export const Causes = memo(function Causes({ run, isOpen }: { run: Run; isOpen: boolean }) {
  const { diagnosis } = run;
  return (
    <section className="card causes" aria-label="Causes">
      <header>
        <h2>Causes</h2>
        <Rounds run={run} />
      </header>
      {diagnosis?.abstained && (
        <p className="abstains">
          <strong>No cause is sure enough to act on.</strong> {diagnosis.reason}
        </p>
      )}
      {keyed(diagnosis?.causes ?? [], titleOf).map(({ key, item }, index) => (
        <CauseRow key={key} cause={item} isTop={index === 0} isOpen={isOpen} />
      ))}
      {diagnosis && diagnosis.causes.length === 0 && !diagnosis.abstained && (
        <p className="empty">{diagnosis.reason || "Nothing was found to be wrong."}</p>
      )}
      {diagnosis === null && <Looking run={run} />}
      {run.proposals.length === 0 && <Questions questions={diagnosis?.questions ?? []} />}
      {run.opinion !== null && <SecondOpinion opinion={run.opinion} />}
      <Dismissed causes={diagnosis?.dismissed ?? []} />
    </section>
  );
});

function titleOf(cause: Cause): string {
  return `${cause.fault_class} ${nameOf(cause.object)}`;
}

/** How sure each round was. */
function Rounds({ run }: { run: Run }) {
  if (run.rounds.length === 0) return <span className="faint">no judgement yet</span>;
  return (
    <span className="rounds faint">
      {run.rounds.map((item) => (
        <span key={`${item.round} ${item.at}`} title={item.top}>
          round {item.round} <b>{item.top ? percent(item.confidence) : "–"}</b>
        </span>
      ))}
    </span>
  );
}

function Looking({ run }: { run: Run }) {
  if (run.failure !== null)
    return <p className="empty">The run failed before there was a judgement.</p>;
  const names = run.working;
  return (
    <p className="empty is-looking" aria-live="polite">
      <span className="dots" aria-hidden="true" />
      {names.length > 0
        ? `${names.join(", ")} ${names.length === 1 ? "is" : "are"} looking; causes come when they have.`
        : run.round > 0
          ? "Everybody has looked; what was seen is being weighed."
          : "Nobody has looked yet; causes come after the first round."}
    </p>
  );
}

interface RowProps {
  cause: Cause;
  isTop: boolean;
  isOpen: boolean;
}

function CauseRow({ cause, isTop, isOpen }: RowProps) {
  const explanation = cause.explanation ?? [];
  const against = cause.findings.filter((finding) => finding.stance === "against").length;
  return (
    <details className={`cause ${explanation.length > 0 ? "explained" : ""}`} open={isTop}>
      <summary>
        <span className="confidence mono" style={{ "--share": cause.confidence } as object}>
          {percent(cause.confidence)}
        </span>
        <span className="what">
          <strong>{inWords(cause.fault_class)}</strong> <code>{nameOf(cause.object)}</code>
          <span className="statement">{cause.statement}</span>
        </span>
        <span className="balance faint">
          {cause.findings.length - against} for · {against} against
        </span>
      </summary>
      {explanation.length > 0 && (
        <ul className="explanation">
          {explanation.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <Findings findings={cause.findings} />
      {isOpen && <Dismiss cause={cause} />}
    </details>
  );
}

function Dismiss({ cause }: { cause: Cause }) {
  const bar = useBar("responder");
  const [isAsking, setAsking] = useState(false);
  return (
    <p className="dismiss">
      <button
        type="button"
        className="link"
        disabled={bar !== null}
        title={bar ?? "Take it out of the decision"}
        onClick={() => setAsking(true)}
      >
        Not the cause? Dismiss it
      </button>
      {isAsking && <DismissDialog cause={cause} onClose={() => setAsking(false)} />}
    </p>
  );
}

function Questions({ questions }: { questions: readonly Question[] }) {
  if (questions.length === 0) return null;
  return (
    <div className="aside-list">
      <h3>What would decide it</h3>
      <ul>
        {keyed(questions, (item) => item.specialist + item.topic).map(({ key, item }) => (
          <li key={key}>
            <span className="who">{item.specialist}</span> {item.reason}{" "}
            <code className="faint">{nameOf(item.object)}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Dismissed({ causes }: { causes: readonly Cause[] }) {
  if (causes.length === 0) return null;
  return (
    <div className="aside-list">
      <h3>Dismissed by people</h3>
      <ul>
        {keyed(causes, titleOf).map(({ key, item: cause }) => (
          <li key={key}>
            <s>
              {inWords(cause.fault_class)} <code>{nameOf(cause.object)}</code>
            </s>{" "}
            <span className="faint">{percent(cause.confidence)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
