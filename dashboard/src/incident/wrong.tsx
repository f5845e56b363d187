import { useState } from "react";
import { AskDialog, ObjectField, Pick, Text } from "./ask-dialog";
import { useDesk } from "./desk";
import { FAULT_CLASSES, OBJECT_PATTERN } from "./faults";
import { useDeed } from "./use-deed";

/** Asks what it was instead, as far as anybody knows. */
export function WrongDialog({ onClose }: { onClose: () => void }) {
  const deed = useDeed(useDesk().incidentId);
  const [faultClass, setFaultClass] = useState("");
  const [object, setObject] = useState("");
  const [note, setNote] = useState("");
  const send = async () => {
    const actual = {
      ...(faultClass && { actual_class: faultClass }),
      ...(object && { actual_object: object }),
    };
    if (await deed.send("verdict", { verdict: "wrong", note, ...actual })) onClose();
  };
  return (
    <AskDialog
      title="The cause was wrong"
      says="What it really was counts most for the next diagnosis. Say what you know and leave the rest."
      act="Judge it wrong"
      look="danger"
      isReady
      isSending={deed.isSending}
      error={deed.error}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Pick
        label="What kind of fault was it?"
        value={faultClass}
        options={FAULT_CLASSES}
        onPick={setFaultClass}
      />
      <ObjectField label="Where?" value={object} pattern={OBJECT_PATTERN} onChange={setObject} />
      <Text label="Anything else" value={note} onChange={setNote} />
    </AskDialog>
  );
}
