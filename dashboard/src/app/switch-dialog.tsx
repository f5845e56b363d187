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
    role: "approver",
  },
  resume: {
    title: "Allow writing again",
    says: "Plans that a person approves are carried out again. What was refused meanwhile is not made up for.",
    label: "Why is it safe again?",
    act: "Allow writing",
    look: "primary",
    role: "admin",
  },
} as const;

const HERE = {
  stop: {
    title: "Stop writing in",
    says: "From now on no agent changes anything in this cluster. Others go on, and so do looking, diagnosing and planning.",
    act: "Stop writing here now",
  },
  resume: {
    title: "Allow writing again in",
    says: "Plans that a person approves are carried out in this cluster again. A stop of all clusters is not ended by this.",
    act: "Allow writing here",
  },
} as const;

interface Switching {
  to: "stop" | "resume";
  cluster?: string;
  onClose: () => void;
}

/** Asks for the reason and a confirmation before the switch is thrown; others learn who may do it. */
export function SwitchDialog({ to, cluster, onClose }: Switching) {
  const { role } = WORDS[to];
  const may = useMay(role);
  const words = cluster === undefined ? WORDS[to] : HERE[to];
  const title = cluster === undefined ? words.title : `${words.title} ${cluster}`;
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="muted">{words.says}</p>
      {may ? (
        <SwitchForm to={to} {...(cluster === undefined ? {} : { cluster })} onClose={onClose} />
      ) : (
        <p className="note">
          It takes the role {role}. Ask someone who has it; on the machine itself,{" "}
          <code>sre-agent {to === "stop" ? "halt" : "unhalt"}</code> does the same.
        </p>
      )}
    </Dialog>
  );
}

function SwitchForm({ to, cluster, onClose }: Switching) {
  const [reason, setReason] = useState("");
  const act = useSwitch(to, cluster);
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
          {cluster === undefined ? words.act : HERE[to].act}
        </button>
      </div>
    </form>
  );
}
