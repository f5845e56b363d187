import { Unplug } from "lucide-react";
import { useConnection } from "./live";

/** A band over every page while the platform does not answer: what is shown may be old. */
export function OfflineBand() {
  if (useConnection() !== "lost") return null;
  return (
    <section className="halt-band offline" aria-label="No connection" role="status">
      <Unplug aria-hidden="true" />
      <p>
        <strong>The platform does not answer.</strong> What is shown is from before; this page goes
        on trying. Check the network and that the platform is up.
      </p>
    </section>
  );
}
