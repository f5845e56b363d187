import { useEffect, useRef, useState } from "react";
import { useNow } from "../design/now";
import { duration } from "../design/time";
import { Trouble } from "../design/trouble";
import { Answers } from "./answers";
import { Confirm } from "./confirm";
import { useBar, useDesk } from "./desk";
import type { Approval, Proposal } from "./run";
import { useDeed } from "./use-deed";
import { usePlanNow } from "./use-plan-now";

interface Props {
  proposal: Proposal;
  approval: Approval;
}

type Step = "choose" | "confirm" | "reject";

/** Yes, in two steps; no, with its reason; and how long there is. Both name the plan that was seen. */
export function Buttons({ proposal, approval }: Props) {
  const bar = useBar("approver");
  const desk = useDesk();
  const deed = useDeed(desk.incidentId);
  const [step, setStep] = useState<Step>("choose");
  const now = useNow();
  const leftS = (Date.parse(approval.expiresAt) - now) / 1000;
  const isOff = bar !== null || deed.isSending || leftS <= 0;
  const given = usePlanNow(proposal)?.approval?.given ?? approval.yes.length;
  const hasSaidYes = approval.yes.some((yes) => yes.by === desk.name);
  useEffect(() => {
    if (hasSaidYes) setStep("choose"); // one of several: the others are waited for
  }, [hasSaidYes]);
  const back = () => {
    deed.forget();
    setStep("choose");
  };
  return (
    <footer className="buttons">
      <Answers approval={approval} given={given} />
      {step === "confirm" && (
        <Confirm
          proposal={proposal}
          approval={approval}
          isOff={isOff}
          left={<Left approval={approval} leftS={leftS} />}
          onBack={back}
          onYes={(comment, without) => {
            const left = without.length > 0 ? { without } : {};
            void deed.send("approve", { plan_sha256: proposal.sha256, comment, ...left });
          }}
        />
      )}
      {step === "reject" && (
        <Reject
          isOff={isOff}
          onBack={back}
          onNo={(reason) => void deed.send("reject", { plan_sha256: proposal.sha256, reason })}
        />
      )}
      {step === "choose" && (
        <div className="row">
          <button
            type="button"
            className="button primary"
            disabled={isOff || hasSaidYes}
            onClick={() => setStep("confirm")}
          >
            {hasSaidYes ? "You said yes" : "Approve…"}
          </button>
          <button
            type="button"
            className="button danger"
            disabled={isOff}
            onClick={() => setStep("reject")}
          >
            Reject…
          </button>
          <Left approval={approval} leftS={leftS} />
        </div>
      )}
      {bar && <p className="faint">{bar} You can watch, and ask someone who has it.</p>}
      <Trouble error={deed.error} />
    </footer>
  );
}

const SOON_S = 120;

function Left({ approval, leftS }: { approval: Approval; leftS: number }) {
  const wholeS = (Date.parse(approval.expiresAt) - Date.parse(approval.requestedAt)) / 1000;
  const share = Math.max(0, Math.min(1, leftS / wholeS));
  return (
    <span className={`expires ${leftS < SOON_S ? "soon" : ""}`} role="timer">
      {leftS > 0 ? `${duration(Math.ceil(leftS))} left` : "expired"}
      <span className="bar" style={{ "--share": share } as object} aria-hidden="true" />
    </span>
  );
}

interface RejectProps {
  isOff: boolean;
  onBack: () => void;
  onNo: (reason: string) => void;
}

function Reject({ isOff, onBack, onNo }: RejectProps) {
  const [reason, setReason] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      className="confirm"
      onSubmit={(event) => {
        event.preventDefault();
        onNo(reason.trim());
      }}
    >
      <label className="labelled">
        Why not? The incident then goes to people, with this reason.
        <textarea
          ref={field}
          className="field"
          rows={3}
          maxLength={2000}
          required
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <div className="row">
        <button type="submit" className="button danger" disabled={isOff || !reason.trim()}>
          Reject the plan
        </button>
        <button type="button" className="button" onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  );
}
