import { OctagonX } from "lucide-react";
import { useState } from "react";
import { useHalt } from "./halt";
import { SwitchDialog } from "./switch-dialog";

/** The way to stop all writing at once; always in sight. */
export function EmergencyStop() {
  const [isOpen, setIsOpen] = useState(false);
  const isHalted = useHalt().data?.halted ?? false;
  return (
    <>
      <button
        type="button"
        className={`stop ${isHalted ? "thrown" : ""}`}
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        <OctagonX aria-hidden="true" />
        <span className="long">{isHalted ? "Writing stopped" : "Emergency stop"}</span>
        <span className="short" aria-hidden="true">
          {isHalted ? "Stopped" : "Stop"}
        </span>
      </button>
      {isOpen && (
        <SwitchDialog to={isHalted ? "resume" : "stop"} onClose={() => setIsOpen(false)} />
      )}
    </>
  );
}
