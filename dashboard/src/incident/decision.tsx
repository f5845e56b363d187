import { useEffect, useState } from "react";
import { clock, duration } from "../design/time";
import { type Action, callText, nameOf, type Ruling } from "./events";
import type { ActionState, Room } from "./fold";

export interface Deciding {
  mayDecide: boolean;
  isSending: boolean;
  problem: string | null;
  approve: (planSha256: string) => void;
  reject: (planSha256: string, reason: string) => void;
}

/** The plan as it would be carried out, and the two buttons. */
export function Decision({ room, deciding }: { room: Room; deciding: Deciding }) {
  if (room.plan === null) {
    return (
      <section className="card decision" aria-label="Plan">
        <header>
          <h2>Plan</h2>
        </header>
        <p className="empty">
          {room.withheld ? `${room.withheld.reason}. ${room.withheld.recommendation}` : "None yet."}
        </p>
      </section>
    );
  }
  const isOpen = room.approval?.verdict === "open";
  return (
    <section className={`card decision ${isOpen ? "waits" : ""}`} aria-label="Plan">
      <header>
        <h2>{isOpen ? "Waits for your decision" : "Plan"}</h2>
        <span className="faint mono" title={room.planSha256 ?? ""}>
          {room.planSha256?.slice(0, 10)}
        </span>
      </header>
      {room.plan.actions.map((action) => (
        <ActionView
          key={action.id}
          action={action}
          ruling={room.rulings.find((item) => item.action_id === action.id)}
          state={room.actions[action.id]}
        />
      ))}
      {room.approval && isOpen && room.planSha256 && (
        <Buttons
          planSha256={room.planSha256}
          expiresAt={room.approval.expiresAt}
          deciding={deciding}
        />
      )}
      {room.approval && !isOpen && (
        <p className={`decided ${room.approval.verdict}`}>
          <strong>{room.approval.verdict}</strong>
          {room.approval.decidedBy && ` by ${room.approval.decidedBy}`}
          {room.approval.decidedAt && ` at ${clock(room.approval.decidedAt)}`}
          {room.approval.channel && `, through ${room.approval.channel}`}
          {room.approval.reason && <q>{room.approval.reason}</q>}
        </p>
      )}
    </section>
  );
}

function ActionView({
  action,
  ruling,
  state,
}: {
  action: Action;
  ruling: Ruling | undefined;
  state: ActionState | undefined;
}) {
  return (
    <div className="action">
      <p className="does">
        <code>{action.call.tool}</code> <span>on</span> <code>{nameOf(action.target)}</code>
        <span className={`badge risk-${action.risk}`}>{action.risk} risk</span>
      </p>
      <p className="muted">{action.rationale}</p>
      <dl>
        <dt>Would change</dt>
        <dd>
          {action.dry_run?.changes.map((change) => (
            <Change key={change} text={change} />
          ))}
          {action.dry_run?.warnings.map((warning) => (
            <p key={warning} className="warning">
              {warning}
            </p>
          ))}
        </dd>
        <dt>Felt by</dt>
        <dd>{action.blast_radius.statement}</dd>
        <dt>Undone by</dt>
        <dd>
          {action.inverse ? (
            <code>{callText(action.inverse)}</code>
          ) : (
            "nothing: it cannot be undone"
          )}
        </dd>
        <dt>Policy</dt>
        <dd>
          {ruling ? (
            <>
              <strong>{ruling.ruling}</strong> by <code>{ruling.rule}</code>: {ruling.reason}
            </>
          ) : (
            "not ruled on yet"
          )}
        </dd>
        {state && (
          <>
            <dt>Done</dt>
            <dd>
              {state.finishedAt ? `${state.outcome}: ${state.detail}` : "under way"}{" "}
              <span className="faint mono">{state.grantId}</span>
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

/** A change `path: before -> after` as two lines, like a diff. */
function Change({ text }: { text: string }) {
  const found = /^(.*?): (.*) -> (.*)$/s.exec(text);
  if (!found) return <p className="diff mono">{text}</p>;
  const [, path, before, after] = found;
  return (
    <div className="diff mono">
      <span className="path">{path}</span>
      <del>{before}</del>
      <ins>{after}</ins>
    </div>
  );
}

function Buttons({
  planSha256,
  expiresAt,
  deciding,
}: {
  planSha256: string;
  expiresAt: string;
  deciding: Deciding;
}) {
  const [reason, setReason] = useState("");
  const [isRejecting, setIsRejecting] = useState(false);
  const left = useSecondsUntil(expiresAt);
  const isOff = !deciding.mayDecide || deciding.isSending || left <= 0;
  return (
    <footer className="buttons">
      {isRejecting ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            deciding.reject(planSha256, reason);
          }}
        >
          <label htmlFor="reason">Why not?</label>
          <textarea
            id="reason"
            className="field"
            rows={2}
            maxLength={2000}
            required
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <div className="row">
            <button type="submit" className="button danger" disabled={isOff || !reason.trim()}>
              Reject the plan
            </button>
            <button type="button" className="button" onClick={() => setIsRejecting(false)}>
              Back
            </button>
          </div>
        </form>
      ) : (
        <div className="row">
          <button
            type="button"
            className="button primary"
            disabled={isOff}
            onClick={() => deciding.approve(planSha256)}
          >
            Approve
          </button>
          <button
            type="button"
            className="button danger"
            disabled={isOff}
            onClick={() => setIsRejecting(true)}
          >
            Reject
          </button>
          <span className="faint expires">{left > 0 ? `${duration(left)} left` : "expired"}</span>
        </div>
      )}
      {!deciding.mayDecide && (
        <p className="faint">You can watch. Deciding needs the role approver or admin.</p>
      )}
      {deciding.problem && (
        <p className="problem" role="alert">
          {deciding.problem}
        </p>
      )}
    </footer>
  );
}

function useSecondsUntil(at: string): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (Date.parse(at) - now) / 1000;
}
