import { OctagonX } from "lucide-react";
import { useState } from "react";
import { useHalt } from "../app/halt";
import { SwitchDialog } from "../app/switch-dialog";

/** Stops writing in this cluster alone, or lets it go on. */
export function ClusterSwitch({ cluster }: { cluster: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const halt = useHalt().data;
  if (!halt) return null;
  const isStopped = halt.clusters.some((each) => each.cluster === cluster);
  return (
    <>
      <button type="button" className="button danger" onClick={() => setIsOpen(true)}>
        <OctagonX aria-hidden="true" />
        {isStopped ? "Allow writing here" : "Stop writing here"}
      </button>
      {isOpen && (
        <SwitchDialog
          to={isStopped ? "resume" : "stop"}
          cluster={cluster}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}
