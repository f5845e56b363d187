import { ByModel } from "./by-model";
import type { Choice, Plan, Runbook } from "./events";
import { texts } from "./keyed";

/** Why this plan and no other: the playbook's step, the steps passed over, the runbook it goes by. */
export function Why({ plan }: { plan: Plan }) {
  const { choice, runbook } = plan;
  if (!choice && !runbook) return null;
  return (
    <div className="why">
      {choice?.chosen && <ByModel chosen={choice.chosen} />}
      {choice && (
        <p>
          <strong>{choice.step || choice.title}</strong>
          {choice.condition && <span className="muted">: {choice.condition}</span>}
        </p>
      )}
      {choice && <Weighed choice={choice} />}
      {texts(choice?.not_seen ?? []).map(({ key, item }) => (
        <p key={key} className="warning">
          Nobody could look at this: {item}
        </p>
      ))}
      {choice && choice.passed_over.length > 0 && (
        <details>
          <summary>
            {choice.passed_over.length} other {choice.passed_over.length === 1 ? "step" : "steps"}{" "}
            of playbook {plan.playbook} passed over
          </summary>
          <ul className="passed-over">
            {texts(choice.passed_over).map(({ key, item }) => (
              <li key={key}>{item}</li>
            ))}
          </ul>
        </details>
      )}
      {runbook && <Cited runbook={runbook} />}
    </div>
  );
}

function Weighed({ choice }: { choice: Choice }) {
  const { weighed = [], warnings = [] } = choice;
  return (
    <>
      {weighed.length > 0 && (
        <ul className="weighed muted">
          {texts(weighed).map(({ key, item }) => (
            <li key={key}>{item}</li>
          ))}
        </ul>
      )}
      {texts(warnings).map(({ key, item }) => (
        <p key={key} className="warning">
          {item}
        </p>
      ))}
    </>
  );
}

function Cited({ runbook }: { runbook: Runbook }) {
  const isLink = /^https?:\/\//.test(runbook.url);
  return (
    <p className="runbook">
      Runbook{" "}
      {isLink ? (
        <a href={runbook.url} target="_blank" rel="noreferrer noopener">
          {runbook.title}
        </a>
      ) : (
        <b>{runbook.title}</b>
      )}
      <span className="faint">
        {runbook.owner && `, kept by ${runbook.owner}`}
        {runbook.last_validated && `, validated ${runbook.last_validated}`}
      </span>
      {runbook.is_stale && <span className="badge bad">stale</span>}
    </p>
  );
}
