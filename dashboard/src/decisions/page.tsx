import { Link } from "react-router";
import type { DecisionRow } from "../api/decisions";
import { Ago } from "../design/ago";
import { useTitle } from "../design/title";
import { Trouble } from "../design/trouble";
import { DecisionCards, nameOf } from "./cards";
import { useDecided, useOpenDecisions } from "./data";

/** What waits for a person, and what people decided. */
export function DecisionsPage() {
  useTitle("Decisions");
  const open = useOpenDecisions();
  return (
    <main className="page">
      <header className="page-head">
        <h1>Decisions</h1>
      </header>
      <section className="stack" aria-label="Waiting">
        <h2>Waiting</h2>
        <Trouble error={open.error} isAskedAgain />
        {open.data && open.data.length > 0 && <DecisionCards decisions={open.data} />}
        {open.data?.length === 0 && (
          <p className="card nothing">
            <strong>Nothing waits for a decision</strong>
            Before an agent changes anything, its plan appears here.
          </p>
        )}
      </section>
      <Decided />
    </main>
  );
}

function Decided() {
  const found = useDecided();
  const rows = found.data?.pages.flatMap((page) => page.decisions) ?? [];
  return (
    <section className="stack" aria-label="Decided">
      <h2>Decided</h2>
      <div className="card" aria-busy={found.isPending}>
        <Trouble error={found.error} isAskedAgain />
        {found.isPending && !found.error && <div className="rows-ahead" />}
        {found.isSuccess && rows.length === 0 && <p className="nothing">Nothing yet.</p>}
        {rows.length > 0 && <DecidedTable rows={rows} />}
        {found.hasNextPage && (
          <div className="more">
            <button type="button" className="button small" onClick={() => found.fetchNextPage()}>
              Show older ones
            </button>
          </div>
        )}
      </div>
    </section>
  );
}

function DecidedTable({ rows }: { rows: readonly DecisionRow[] }) {
  return (
    <table className="table decided-list">
      <thead>
        <tr>
          <th>Plan</th>
          <th>Decision</th>
          <th>Reason</th>
          <th className="number">When</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="first">
              <Link to={`/incidents/${row.incident_id}`}>{row.title}</Link>
              {row.actions.map((action) => (
                <span key={`${action.tool} ${nameOf(action)}`} className="where mono">
                  {action.tool} on {nameOf(action)}
                </span>
              ))}
            </td>
            <td>
              <span className={`answer ${row.status}`}>{row.status}</span>
              {row.status !== "expired" && row.decided_by && <span> by {row.decided_by}</span>}
              {row.status !== "expired" && row.channel && (
                <span className="faint">, {row.channel}</span>
              )}
            </td>
            <td>{row.reason ? <q>{row.reason}</q> : <span className="faint">none given</span>}</td>
            <td className="number when">
              <Ago at={row.decided_at ?? row.expires_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
