import { useState } from "react";
import { AskDialog, Text } from "./ask-dialog";
import { useDesk } from "./desk";
import { useDeed } from "./use-deed";

interface Words {
  title: string;
  says: string;
  act: string;
  label: string;
  look: "primary" | "danger" | "";
  isRequired: boolean;
}

const WORDS = {
  cancel: {
    title: "Cancel the incident",
    says: "It ends here. A write that was begun is settled first; what happened so far is reported.",
    act: "Cancel the incident",
    label: "Why?",
    look: "danger",
    isRequired: true,
  },
  pause: {
    title: "Pause the incident",
    says: "No further step is begun and nothing is written until somebody lets it go on.",
    act: "Pause",
    label: "Why? (optional)",
    look: "primary",
    isRequired: false,
  },
  resume: {
    title: "Let it go on",
    says: "The incident goes on from where it was held.",
    act: "Go on",
    label: "Why? (optional)",
    look: "primary",
    isRequired: false,
  },
} as const satisfies Record<string, Words>;

/** Cancel, pause, go on: each with what it does and a reason. */
export function StepDialog({ step, onClose }: { step: keyof typeof WORDS; onClose: () => void }) {
  const deed = useDeed(useDesk().incidentId);
  const [reason, setReason] = useState("");
  const words: Words = WORDS[step];
  const send = async () => {
    if (await deed.send(step, { reason: reason.trim() })) onClose();
  };
  return (
    <AskDialog
      {...words}
      isReady={!words.isRequired || reason.trim() !== ""}
      isSending={deed.isSending}
      error={deed.error}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Text
        label={words.label}
        value={reason}
        onChange={setReason}
        isRequired={words.isRequired}
        rows={2}
      />
    </AskDialog>
  );
}

export function AssignDialog({ now, onClose }: { now: string | null; onClose: () => void }) {
  const desk = useDesk();
  const deed = useDeed(desk.incidentId);
  const [to, setTo] = useState(now ?? desk.name);
  const send = async () => {
    if (await deed.send("assign", { to: to.trim() })) onClose();
  };
  return (
    <AskDialog
      title="Whose is it?"
      says="Everybody sees whose the incident is. It changes nothing in what the agents do."
      act="Assign"
      look="primary"
      isReady={to.trim() !== ""}
      isSending={deed.isSending}
      error={deed.error}
      onSend={() => void send()}
      onClose={onClose}
    >
      <label className="labelled">
        Name
        <input
          className="field"
          maxLength={253}
          required
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
    </AskDialog>
  );
}
