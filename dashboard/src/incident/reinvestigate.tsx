import { useState } from "react";
import { AskDialog, ObjectField, Pick, Text } from "./ask-dialog";
import { useDesk } from "./desk";
import { FAULT_CLASSES, OBJECT_PATTERN, SPECIALISTS } from "./faults";
import { useDeed } from "./use-deed";

/** Asks where one should look, and has the incident investigated anew. */
export function ReinvestigateDialog({ onClose }: { onClose: () => void }) {
  const deed = useDeed(useDesk().incidentId);
  const [hint, setHint] = useState("");
  const [object, setObject] = useState("");
  const [faultClass, setFaultClass] = useState("");
  const [specialist, setSpecialist] = useState("");
  const send = async () => {
    const wish = {
      hint: hint.trim(),
      ...(object && { object }),
      ...(faultClass && { fault_class: faultClass }),
      ...(specialist && { specialist }),
    };
    if (await deed.send("reinvestigate", wish)) onClose();
  };
  return (
    <AskDialog
      title="Investigate anew"
      says="A new run begins with fresh data. A hint asks questions first; it proves nothing."
      act="Begin a new run"
      look="primary"
      isReady
      isSending={deed.isSending}
      error={deed.error}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Text label="Hint, for people" value={hint} onChange={setHint} rows={2} />
      <ObjectField
        label="Look first at"
        value={object}
        pattern={OBJECT_PATTERN}
        onChange={setObject}
      />
      <Pick
        label="For this kind of fault"
        value={faultClass}
        options={FAULT_CLASSES}
        onPick={setFaultClass}
      />
      <Pick
        label="By this specialist"
        value={specialist}
        options={SPECIALISTS}
        onPick={setSpecialist}
      />
    </AskDialog>
  );
}
