import { memo, useEffect, useRef } from "react";
import { clock } from "../design/time";
import { withoutCalls } from "../design/words";
import { ActionView } from "./action";
import { Buttons } from "./buttons";
import { useBar } from "./desk";
import { inWords, percent, REVERT, type Withheld } from "./events";
import { HeldPlan } from "./held-plan";
import { texts } from "./keyed";
import type { Approval, Proposal, Run } from "./run";
import { Why } from "./why";

/** The newest plan as it would be carried out, and the decision on it; earlier plans behind a fold. */
export const Decision = memo(function Decision({ run, isOpen }: { run: Run; isOpen: boolean }) {
  const newest = run.proposals.at(-1);
  const earlier = run.proposals.slice(0, -1).reverse();
  return (
    <>
      {newest && !run.withheld && <ProposalCard proposal={newest} />}
      {run.withheld && <NoPlan withheld={run.withheld} />}
      {!newest && !run.withheld && <NothingYet isOpen={isOpen} />}
      {(run.withheld && newest ? [newest, ...earlier] : earlier).map((proposal) => (
        <Earlier key={proposal.sha256 + proposal.proposedAt} proposal={proposal} />
      ))}
    </>
  );
});

function NothingYet({ isOpen }: { isOpen: boolean }) {
  return (
    <section className="card decision" aria-label="Plan">
      <header>
        <h2>Plan</h2>
      </header>
      <p className="empty">
        {isOpen
          ? "None yet. It is made once a cause is sure enough, and nothing is written before a person says yes."
          : "None was made."}
      </p>
    </section>
  );
}

function NoPlan({ withheld }: { withheld: Withheld }) {
  return (
    <section className="card decision withheld" aria-label="Plan">
      <header>
        <h2>No plan</h2>
      </header>
      <div className="body">
        <p>{withheld.reason}</p>
        {withheld.recommendation && <p className="muted">{withheld.recommendation}</p>}
        {(withheld.passed_over ?? []).length > 0 && (
          <ul className="passed-over">
            {texts(withheld.passed_over ?? []).map(({ key, item }) => (
              <li key={key}>{item}</li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function titleOf(proposal: Proposal, waits: boolean, mayDecide: boolean): string {
  const isUndo = proposal.plan.playbook === REVERT;
  const asks = mayDecide ? "Waits for your decision" : "Waits for a decision";
  if (waits) return isUndo ? `Take it back? ${asks}` : asks;
  return isUndo ? "Plan to take it back" : "Plan";
}

function ProposalCard({ proposal }: { proposal: Proposal }) {
  const waits = proposal.approval?.verdict === "open";
  const mayDecide = useBar("approver") === null;
  const heading = useRef<HTMLHeadingElement>(null);
  const waited = useRef(waits);
  useEffect(() => {
    // The button that was pressed is gone: who had the focus finds it where the answer is.
    if (waited.current && !waits && document.activeElement === document.body)
      heading.current?.focus();
    waited.current = waits;
  }, [waits]);
  return (
    <section className={`card decision ${waits ? "waits" : ""}`} aria-label="Plan" id="plan">
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {titleOf(proposal, waits, mayDecide)}
        </h2>
        <span className="faint mono" title={`SHA-256 ${proposal.sha256}`}>
          {proposal.sha256.slice(0, 10)}
        </span>
      </header>
      <Body proposal={proposal} />
      <HeldPlan proposal={proposal} />
      {proposal.approval && waits && (
        <Buttons key={proposal.approval.id} proposal={proposal} approval={proposal.approval} />
      )}
      {proposal.approval && !waits && <Decided approval={proposal.approval} />}
    </section>
  );
}

function Body({ proposal }: { proposal: Proposal }) {
  return (
    <>
      <Why plan={proposal.plan} />
      {proposal.plan.actions.map((action) => (
        <ActionView
          key={action.id}
          action={action}
          ruling={proposal.rulings.find((item) => item.action_id === action.id)}
          state={proposal.actions[action.id]}
        />
      ))}
    </>
  );
}

const BY_PEOPLE = new Set(["approved", "rejected"]);

function deciders(approval: Approval): string {
  const before = approval.verdict === "approved" ? approval.yes.map((yes) => yes.by) : [];
  return [...new Set([...before, approval.decidedBy])].join(" and ");
}

function Decided({ approval }: { approval: Approval }) {
  return (
    <p className={`decided ${approval.verdict}`}>
      <strong>
        {approval.verdict === "voided" ? "changed after you looked: look again" : approval.verdict}
      </strong>
      {BY_PEOPLE.has(approval.verdict) && approval.decidedBy && ` by ${deciders(approval)}`}
      {approval.decidedAt && ` at ${clock(approval.decidedAt)}`}
      {approval.channel && BY_PEOPLE.has(approval.verdict) && `, through ${approval.channel}`}
      {approval.leftOut.length > 0 && `, without ${approval.leftOut.join(", ")}`}
      {approval.reason && <q>{approval.reason}</q>}
    </p>
  );
}

/** A plan that another one has taken the place of, with what became of it. */
function Earlier({ proposal }: { proposal: Proposal }) {
  const ended =
    proposal.verification?.result ?? proposal.approval?.verdict ?? "given up before a decision";
  const denied = proposal.rulings.some((item) => item.ruling === "deny");
  return (
    <details className="card earlier">
      <summary>
        <h2>Earlier plan</h2>
        <span>{withoutCalls(proposal.plan.summary)}</span>
        <span className="badge">{denied ? "denied by policy" : inWords(ended)}</span>
      </summary>
      <p className="faint confidence-then">
        Made at {percent(proposal.plan.confidence)} confidence, {clock(proposal.proposedAt)}
      </p>
      <Body proposal={proposal} />
      {proposal.approval && <Decided approval={proposal.approval} />}
    </details>
  );
}
