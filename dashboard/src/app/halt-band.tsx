import { OctagonX } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import type { HaltView } from "../api/halt";
import { Ago } from "../design/ago";
import { useHalt } from "./halt";
import { useMay } from "./session";
import { SwitchDialog } from "./switch-dialog";

/** A band over every page while writing is stopped: who, when, why, and who may end it. */
export function HaltBand() {
  const halt = useHalt().data;
  const mayEnd = useMay("admin");
  const [isOpen, setIsOpen] = useState(false);
  if (!halt) return null;
  if (!halt.halted) return <ClusterBand halt={halt} />;
  return (
    <section className="halt-band" aria-label="Writing is stopped" role="status">
      <OctagonX aria-hidden="true" />
      <p>
        <strong>Nothing is changed in any cluster.</strong>{" "}
        {halt.actor ? `${halt.actor} stopped all writing` : "All writing is stopped"}{" "}
        {halt.since && <Ago at={halt.since} />}
        {halt.reason && <q>{halt.reason}</q>}
      </p>
      {mayEnd ? (
        <button type="button" className="button" onClick={() => setIsOpen(true)}>
          Allow writing again
        </button>
      ) : (
        <p className="who">An admin can allow it again.</p>
      )}
      {isOpen && <SwitchDialog to="resume" onClose={() => setIsOpen(false)} />}
    </section>
  );
}

/** The same for clusters that are stopped by themselves; each is let go on its own page. */
function ClusterBand({ halt }: { halt: HaltView }) {
  if (halt.clusters.length === 0) return null;
  return (
    <section className="halt-band" aria-label="Writing is stopped in clusters" role="status">
      <OctagonX aria-hidden="true" />
      <p>
        {halt.clusters.map((each) => (
          <span key={each.cluster} className="stopped">
            <strong>Nothing is changed in</strong>{" "}
            <Link to={`/clusters/${encodeURIComponent(each.cluster)}`}>{each.cluster}</Link>:{" "}
            {each.actor} stopped it <Ago at={each.since} />
            <q>{each.reason}</q>
          </span>
        ))}
      </p>
    </section>
  );
}
