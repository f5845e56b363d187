import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ActionKind, Known } from "../api/generated/schema";
import * as api from "../api/incidents";
import { duration } from "../design/time";
import { Trouble } from "../design/trouble";
import { ArgumentField } from "./argument-field";
import { AskDialog, Text } from "./ask-dialog";
import {
  callOf,
  faultsOf,
  fieldsOf,
  fitting,
  keyOf,
  offered,
  refusedOf,
  type Typed,
  targetsOf,
} from "./by-hand";
import { useDesk } from "./desk";
import { useDeed } from "./use-deed";

const SAYS =
  "Nothing is changed by asking. A new run looks at the target again, rehearses the action, has policy rule on it and asks for approval like any plan; then it is verified, and taken back if it does not help. While a plan waits for an answer nothing else can be asked for: answer that first.";

/** Ask for one action of the catalogue, on something that was seen. */
export function ByHandDialog({ onClose }: { onClose: () => void }) {
  const { incidentId } = useDesk();
  const deed = useDeed(incidentId);
  const known = useQuery({
    queryKey: ["askable", incidentId],
    queryFn: ({ signal }) => api.askable(incidentId, signal),
    staleTime: 0,
  });
  const [tool, setTool] = useState("");
  const [picked, setPicked] = useState("");
  const [typed, setTyped] = useState<Typed>({});
  const [reason, setReason] = useState("");
  const [hasTried, setTried] = useState(false);
  const objects = known.data?.objects ?? [];
  const actions = fitting(known.data?.actions ?? [], objects);
  const action = actions.find((item) => item.tool === tool);
  const targets = action ? targetsOf(action, objects) : [];
  const target = targets.find((item) => keyOf(item) === picked);
  const faults = action ? faultsOf(action, typed) : {};
  const refused = refusedOf(deed.error);
  const type = (name: string, value: string) => {
    deed.forget();
    setTyped({ ...typed, [name]: value });
  };
  const send = async () => {
    setTried(true);
    if (!action || !target || Object.keys(faults).length > 0) return;
    const body = { ...callOf(action, target.object, typed), reason: reason.trim() };
    if (await deed.send("actions", body)) onClose();
  };
  const atFields = action !== undefined && fieldsOf(action).some(([name]) => name in refused);
  return (
    <AskDialog
      title="Act by hand"
      says={SAYS}
      act="Ask for it"
      look="primary"
      isReady={target !== undefined && reason.trim() !== ""}
      isSending={deed.isSending}
      error={atFields ? null : deed.error}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Trouble error={known.error} />
      {known.isPending && <p className="empty">Reading what can be done …</p>}
      {known.data && actions.length === 0 && (
        <p className="note">
          Nothing was seen yet that an action could change. Wait until the agents have looked.
        </p>
      )}
      {actions.length > 0 && (
        <ActionPick
          actions={actions}
          value={tool}
          onPick={(next) => {
            deed.forget();
            setTried(false);
            setTyped({});
            setPicked("");
            setTool(next);
          }}
        />
      )}
      {action && (
        <>
          <About action={action} />
          <TargetPick targets={targets} value={picked} onPick={setPicked} />
          {fieldsOf(action).map(([name, wanted]) => (
            <ArgumentField
              key={`${tool}.${name}`}
              name={name}
              wanted={wanted}
              value={typed[name] ?? ""}
              offers={offered(name, target)}
              fault={refused[name] ?? (hasTried || typed[name] ? faults[name] : undefined)}
              onChange={(value) => type(name, value)}
            />
          ))}
          <Text
            label="Why? Everybody who decides reads it."
            value={reason}
            onChange={setReason}
            isRequired
            rows={2}
          />
        </>
      )}
    </AskDialog>
  );
}

/** What has to be known of an action before it is asked for. */
function About({ action }: { action: ActionKind }) {
  const undo = action.inverses[0];
  return (
    <ul className="about-action">
      <li>
        <code>{action.tool}</code>, {action.least_risk} risk at least
        {action.critical && ", critical"}
      </li>
      <li>Only if {action.precondition}.</li>
      <li className={undo ? undefined : "warning"}>
        {undo ? (
          <>
            Taken back by <code>{undo}</code>.
          </>
        ) : (
          "It cannot be taken back."
        )}
      </li>
      {action.cool_down_s > 0 && (
        <li>Afterwards the target rests for {duration(action.cool_down_s)}.</li>
      )}
    </ul>
  );
}

interface ActionPickProps {
  actions: readonly ActionKind[];
  value: string;
  onPick: (tool: string) => void;
}

function ActionPick({ actions, value, onPick }: ActionPickProps) {
  return (
    <label className="labelled">
      What should be done?
      <select
        className="field"
        required
        value={value}
        onChange={(event) => onPick(event.target.value)}
      >
        <option value="">pick an action</option>
        {actions.map((action) => (
          <option key={action.tool} value={action.tool}>
            {action.title}
          </option>
        ))}
      </select>
    </label>
  );
}

interface TargetPickProps {
  targets: readonly Known[];
  value: string;
  onPick: (key: string) => void;
}

function TargetPick({ targets, value, onPick }: TargetPickProps) {
  return (
    <label className="labelled">
      On what?
      <select
        className="field mono"
        required
        value={value}
        onChange={(event) => onPick(event.target.value)}
      >
        <option value="">pick what was seen</option>
        {targets.map((known) => (
          <option key={keyOf(known)} value={keyOf(known)}>
            {keyOf(known)}
          </option>
        ))}
      </select>
    </label>
  );
}
