import { useState } from "react";
import { AskDialog, Text } from "./ask-dialog";
import { useDesk } from "./desk";
import { type Cause, inWords, nameOf } from "./events";
import { useDeed } from "./use-deed";

/** Asks why something is not the cause, and takes it out of the decision. */
export function DismissDialog({ cause, onClose }: { cause: Cause; onClose: () => void }) {
  const deed = useDeed(useDesk().incidentId);
  const [reason, setReason] = useState("");
  const send = async () => {
    const body = { object: nameOf(cause.object), fault_class: cause.fault_class, reason };
    if (await deed.send("dismiss", body)) onClose();
  };
  const name = `${inWords(cause.fault_class)} of ${nameOf(cause.object)}`;
  return (
    <AskDialog
      title="Dismiss this cause"
      says={`${name} is not decided on any more in this incident. A plan for it that waits is withdrawn.`}
      act="Dismiss the cause"
      look="danger"
      isReady={reason.trim() !== ""}
      isSending={deed.isSending}
      error={deed.error}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Text
        label="What do you know that the evidence does not show?"
        value={reason}
        onChange={setReason}
        isRequired
      />
    </AskDialog>
  );
}
