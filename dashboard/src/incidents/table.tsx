import "./incidents.css";
import { Link } from "react-router";
import type { IncidentRow } from "../api/incidents";
import { Ago } from "../design/ago";
import { spaced } from "../design/words";
import { StatusBadge } from "../incident/status";

interface Props {
  rows: readonly IncidentRow[];
  label: string;
  isOfOneCluster?: boolean;
}

/** Incidents, a line each; the line leads to the incident. */
export function IncidentTable({ rows, label, isOfOneCluster = false }: Props) {
  return (
    <table className="table incidents" aria-label={label}>
      <thead>
        <tr>
          <th>Incident</th>
          <th>Status</th>
          <th>Cause</th>
          <th className="number">Alerts</th>
          <th className="number">Opened</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className={`goes severity-${row.severity}`}>
            <td className="first">
              <Link to={`/incidents/${row.id}`}>{row.title}</Link>
              <span className="where">
                <span className="mono">
                  {row.namespace}/{row.service}
                </span>
                {!isOfOneCluster && <span> · {row.cluster_id}</span>}
                <span> · {row.severity}</span>
                {row.run > 1 && <span> · run {row.run}</span>}
                {row.assigned_to && <span> · {row.assigned_to}</span>}
              </span>
            </td>
            <td>
              <StatusBadge status={row.is_paused ? "paused" : row.status} />
            </td>
            <td className="top-cause">
              <TopCause row={row} />
            </td>
            <td className="number alerts">
              <Alerts row={row} />
            </td>
            <td className="number when">
              <Ago at={row.opened_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TopCause({ row }: { row: IncidentRow }) {
  const cause = row.top_cause;
  if (!cause) return <span className="faint">{row.ended_at ? "none found" : "not known yet"}</span>;
  return (
    <>
      {spaced(cause.fault_class)} <span className="muted mono">{cause.object.name}</span>{" "}
      <span className="faint">{Math.round(cause.confidence * 100)}%</span>
    </>
  );
}

function Alerts({ row }: { row: IncidentRow }) {
  if (row.firing_count === 0) {
    return <span className="faint">{row.alert_count === 0 ? "by hand" : "over"}</span>;
  }
  return (
    <>
      {row.firing_count} <span className="faint">of {row.alert_count} firing</span>
    </>
  );
}
