import { type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { CallText } from "./call";
import { useDesk } from "./desk";
import { type Action, nameOf } from "./events";
import { dependingOn } from "./leaving-out";
import type { Approval, Proposal } from "./run";

interface Props {
  proposal: Proposal;
  approval: Approval;
  isOff: boolean;
  left: ReactNode;
  onBack: () => void;
  onYes: (comment: string, without: string[]) => void;
}

/** The second half of a yes: what exactly is done, each action with a tick that can be taken away. */
export function Confirm({ proposal, approval, isOff, left, onBack, onYes }: Props) {
  const { name } = useDesk();
  const [comment, setComment] = useState("");
  const [unticked, setUnticked] = useState<string[]>([]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { actions } = proposal.plan;
  const without = dependingOn(actions, [...unticked, ...approval.leftOut]);
  const isNothing = without.length === actions.length;
  const tick = (id: string, isOn: boolean) =>
    setUnticked(isOn ? unticked.filter((other) => other !== id) : [...unticked, id]);
  return (
    <form
      className="confirm"
      onSubmit={(event) => {
        event.preventDefault();
        onYes(comment.trim(), unticked);
      }}
    >
      <h3 ref={heading} tabIndex={-1}>
        Exactly this is done, once, in your name ({name}):
      </h3>
      <ol>
        {actions.map((action) => (
          <li key={action.id}>
            {actions.length > 1 && (
              <Tick
                action={action}
                isOn={!without.includes(action.id)}
                isFixed={without.includes(action.id) && !unticked.includes(action.id)}
                onTick={tick}
              />
            )}
            <CallText call={action.call} />
            <span className="muted">
              on {nameOf(action.target)}; {action.blast_radius.statement}
            </span>
            {action.inverse ? (
              <span className="muted">
                If it does not help or makes it worse, it is taken back like this, without asking
                again: <CallText call={action.inverse} />
              </span>
            ) : (
              <span className="warning">
                The platform cannot take it back: if it does not help, people have to.
              </span>
            )}
          </li>
        ))}
      </ol>
      {isNothing && <p className="warning">Nothing would be left: reject the plan instead.</p>}
      <label className="labelled">
        Why (optional, everybody can read it)
        <input
          className="field"
          maxLength={2000}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <div className="row">
        <button
          type="submit"
          className="button primary"
          disabled={isOff || isNothing}
          onClick={onlyByItself}
        >
          {without.length > 0 ? "Yes, do what is ticked" : "Yes, do exactly this"}
        </button>
        <button type="button" className="button" onClick={onBack}>
          Back
        </button>
        {left}
      </div>
    </form>
  );
}

interface TickProps {
  action: Action;
  isOn: boolean;
  isFixed: boolean;
  onTick: (id: string, isOn: boolean) => void;
}

function Tick({ action, isOn, isFixed, onTick }: TickProps) {
  return (
    <label className="tick">
      <input
        type="checkbox"
        checked={isOn}
        disabled={isFixed}
        onChange={(event) => onTick(action.id, event.target.checked)}
      />
      do {action.id}
      {isFixed && (
        <span className="faint"> (depends on what is left out, or somebody left it out)</span>
      )}
    </label>
  );
}

/** The button stands where the first one stood: the second half of a double click is no consent. */
function onlyByItself(event: MouseEvent) {
  if (event.detail > 1) event.preventDefault();
}
