import { useContext } from "react";
import { EvidenceContext, useDesk } from "./desk";

/** Evidence by its id; each opens what was seen. */
export function Cites({ ids }: { ids: readonly string[] }) {
  const evidence = useContext(EvidenceContext);
  const { openEvidence } = useDesk();
  if (ids.length === 0) return null;
  return (
    <span className="cites">
      {ids.map((id) => {
        const seen = evidence[id];
        return (
          <button
            key={id}
            type="button"
            className="cite mono"
            aria-label={`Evidence ${id}`}
            title={seen?.summary ?? "not in this log"}
            disabled={seen === undefined}
            onClick={() => openEvidence(id)}
          >
            {id}
          </button>
        );
      })}
    </span>
  );
}
