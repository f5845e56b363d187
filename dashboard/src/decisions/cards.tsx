import "./decisions.css";
import { ArrowRight } from "lucide-react";
import { Link } from "react-router";
import type { AskedAction, DecisionRow } from "../api/decisions";
import { useMay } from "../app/session";
import { Ago, Left } from "../design/ago";
import { Held } from "../design/held";
import { withoutCalls } from "../design/words";

/** What waits for a person, the one that expires first before the others. */
export function DecisionCards({ decisions }: { decisions: readonly DecisionRow[] }) {
  const mayDecide = useMay("approver");
  const urgent = decisions.toSorted((a, b) => a.expires_at.localeCompare(b.expires_at));
  return (
    <ul className="decisions">
      {urgent.map((decision) => (
        <li key={decision.id} className="card">
          <div className="asks">
            <p className="muted">
              <span className="mono">
                {decision.namespace}/{decision.service}
              </span>{" "}
              · {decision.title}
            </p>
            {decision.actions.map((action) => (
              <Asked key={`${action.tool} ${nameOf(action)}`} action={action} />
            ))}
            <p className="summary">{withoutCalls(decision.summary)}</p>
            <Held brakes={decision.held_by} />
          </div>
          <div className="until">
            <p className="muted">
              asked <Ago at={decision.requested_at} />
              <br />
              <Left at={decision.expires_at} />
              {decision.people > 1 && (
                <>
                  <br />
                  {decision.given} of {decision.people} approved
                </>
              )}
            </p>
            <Link className="button primary" to={`/incidents/${decision.incident_id}`}>
              {mayDecide ? "Look and decide" : "Look"}
              <ArrowRight aria-hidden="true" />
            </Link>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Asked({ action }: { action: AskedAction }) {
  return (
    <p className="asked-action">
      <code>{action.tool}</code> <span className="muted">on</span> <code>{nameOf(action)}</code>
      <span className={`badge risk-${action.risk}`}>{action.risk} risk</span>
    </p>
  );
}

export function nameOf({ target }: AskedAction): string {
  return [target.kind, target.namespace, target.name].filter(Boolean).join("/");
}
