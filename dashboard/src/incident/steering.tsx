import { Check, CircleStop, Pause, Play, RotateCcw, UserRound, Wrench } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Trouble } from "../design/trouble";
import { ByHandDialog } from "./by-hand-dialog";
import { useBar, useDesk } from "./desk";
import { ENDS, type Room } from "./fold";
import { ReinvestigateDialog } from "./reinvestigate";
import { AssignDialog, StepDialog } from "./step-dialogs";
import { useDeed } from "./use-deed";

type Asked = "assign" | "pause" | "resume" | "cancel" | "reinvestigate" | "by-hand" | null;

const REPAIRING: ReadonlySet<string> = new Set(["executing", "verifying"]);

/** What a person can do to the incident as it stands; what they cannot do says why. */
export function Steering({ room }: { room: Room }) {
  const desk = useDesk();
  const bar = useBar("responder");
  const deed = useDeed(desk.incidentId);
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const isOpen = !ENDS.has(room.status);
  const hasSeen = room.acknowledgedBy.includes(desk.name);
  const noAnew = anewBar(room);
  return (
    <div className="steering">
      <div className="row" role="toolbar" aria-label="Steer the incident">
        <Act
          icon={<Check />}
          bar={bar ?? (hasSeen ? "You have said so." : null)}
          name={hasSeen ? "Acknowledged" : "Acknowledge"}
          onClick={() => void deed.send("acknowledge")}
        />
        <Act icon={<UserRound />} bar={bar} name="Assign…" onClick={() => setAsked("assign")} />
        {isOpen && (
          <Act
            icon={room.isPaused ? <Play /> : <Pause />}
            bar={bar}
            name={room.isPaused ? "Go on…" : "Pause…"}
            onClick={() => setAsked(room.isPaused ? "resume" : "pause")}
          />
        )}
        <Act
          icon={<RotateCcw />}
          bar={bar ?? noAnew}
          name="Investigate anew…"
          onClick={() => setAsked("reinvestigate")}
        />
        <Act
          icon={<Wrench />}
          bar={bar ?? noAnew}
          name="Act by hand…"
          onClick={() => setAsked("by-hand")}
        />
        {isOpen && (
          <Act icon={<CircleStop />} bar={bar} name="Cancel…" onClick={() => setAsked("cancel")} />
        )}
      </div>
      <Trouble error={deed.error} />
      <Asking asked={asked} room={room} onClose={close} />
    </div>
  );
}

interface AskingProps {
  asked: Asked;
  room: Room;
  onClose: () => void;
}

/** The dialog of what was pressed, if it has one open. */
function Asking({ asked, room, onClose }: AskingProps) {
  switch (asked) {
    case null:
      return null;
    case "assign":
      return <AssignDialog now={room.assignedTo} onClose={onClose} />;
    case "reinvestigate":
      return <ReinvestigateDialog onClose={onClose} />;
    case "by-hand":
      return <ByHandDialog onClose={onClose} />;
    default:
      return <StepDialog step={asked} onClose={onClose} />;
  }
}

function anewBar(room: Room): string | null {
  if (REPAIRING.has(room.status)) return "A repair is under way; wait for its end, or cancel.";
  if (room.status === "merged") return `It is part of ${room.mergedInto}: look at that one anew.`;
  return null;
}

interface ActProps {
  icon: ReactNode;
  name: string;
  bar: string | null;
  onClick: () => void;
}

/** A button that stays reachable when it is off, so that everybody can learn why it is. */
function Act({ icon, name, bar, onClick }: ActProps) {
  return (
    <button
      type="button"
      className="button small"
      aria-disabled={bar !== null}
      title={bar ?? undefined}
      aria-description={bar ?? undefined}
      onClick={bar === null ? onClick : undefined}
    >
      <span aria-hidden="true">{icon}</span>
      {name}
    </button>
  );
}
