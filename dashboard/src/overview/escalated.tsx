import { useIncidents } from "../incidents/data";
import { IncidentTable } from "../incidents/table";

const RECENT_MS = 24 * 3600 * 1000;

/** What agents gave up on within a day and nobody has taken on yet. */
export function useEscalated() {
  const found = useIncidents({ status: ["escalated"] }, 20);
  const since = new Date(found.dataUpdatedAt - RECENT_MS).toISOString();
  return (found.data?.pages[0]?.incidents ?? []).filter(
    (row) => row.acknowledged_by === null && (row.ended_at ?? row.opened_at) > since,
  );
}

/** The incidents that people have to go on with. */
export function Escalated() {
  const rows = useEscalated();
  if (rows.length === 0) return null;
  return (
    <div className="card escalated">
      <header>
        <h2>Escalated: agents gave these to people</h2>
      </header>
      <IncidentTable rows={rows} label="Escalated and not acknowledged" />
    </div>
  );
}
