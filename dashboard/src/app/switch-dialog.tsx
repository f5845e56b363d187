import { useState } from "react";
import { Dialog } from "../design/dialog";
import { Trouble } from "../design/trouble";
import { useSwitch } from "./halt";
import { useMay } from "./session";

const WORDS = {
  stop: {
    title: "Stop all writing",
    says: "From now on no agent changes anything, in any cluster; approved plans are not carried out. Looking, diagnosing and planning go on.",
    label: "Why? Everybody will read it.",
    act: "Stop all writing now",
    look: "alarm",
  },
  resume: {
    title: "Allow writing again",
    says: "Plans that a person approves are carried out again. What was refused meanwhile is not made up for.",
    label: "Why is it safe again?",
    act: "Allow writing",
    look: "primary",
  },
} as const;

/** Asks for the reason and a confirmation before the switch is thrown; others learn who may do it. */
export function SwitchDialog({ to, onClose }: { to: "stop" | "resume"; onClose: () => void }) {
  const may = useMay("admin");
  const words = WORDS[to];
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p className="muted">{words.says}</p>
      {may ? (
        <SwitchForm to={to} onClose={onClose} />
      ) : (
        <p className="note">
          It takes the role admin. Ask someone who has it; on the machine itself,{" "}
          <code>sre-agent halt</code> does the same.
        </p>
      )}
    </Dialog>
  );
}

function SwitchForm({ to, onClose }: { to: "stop" | "resume"; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const act = useSwitch(to);
  const words = WORDS[to];
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate(reason.trim(), { onSuccess: onClose });
      }}
    >
      <label className="labelled">
        {words.label}
        <textarea
          className="field"
          rows={3}
          maxLength={2000}
          required
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <Trouble error={act.error} />
      <div className="row end">
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <button
          type="submit"
          className={`button ${words.look}`}
          disabled={!reason.trim() || act.isPending}
        >
          {words.act}
        </button>
      </div>
    </form>
  );
}
