import { OctagonX } from "lucide-react";
import { useState } from "react";
import { useHalt } from "./halt";
import { SwitchDialog } from "./switchdialog";

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
        <span className="name">
          <span className="long">Emergency </span>
          {isHalted ? "stopped" : "stop"}
        </span>
      </button>
      {isOpen && (
        <SwitchDialog to={isHalted ? "resume" : "stop"} onClose={() => setIsOpen(false)} />
      )}
    </>
  );
}
