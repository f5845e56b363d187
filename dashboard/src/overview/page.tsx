import "./overview.css";
import { useState } from "react";
import { Link } from "react-router";
import { useMay } from "../app/session";
import { ClusterCard } from "../cluster/card";
import { ConnectDialog } from "../cluster/connect";
import { useClusters } from "../cluster/data";
import { DecisionCards } from "../decisions/cards";
import { useOpenDecisions } from "../decisions/data";
import { useTitle } from "../design/title";
import { Trouble } from "../design/trouble";
import { useIncidents } from "../incidents/data";
import { OPEN } from "../incidents/statuses";
import { IncidentTable } from "../incidents/table";
import { Escalated, useEscalated } from "./escalated";

/** What waits for a person first, then what goes on, then how the clusters are. */
export function OverviewPage() {
  const decisions = useOpenDecisions();
  const count = decisions.data?.length ?? 0;
  const escalated = useEscalated().length;
  useTitle(count > 0 ? `(${count}) Overview` : "Overview");
  return (
    <main className="page overview">
      <h1 className="unseen">Overview</h1>
      <section className="stack" aria-label="Waits for a person">
        <p className={`headline-state ${count + escalated > 0 ? "waits" : ""}`} aria-live="polite">
          {headline(decisions.data?.length, decisions.isError, escalated)}
        </p>
        <Trouble error={decisions.error} isAskedAgain />
        {decisions.data && count > 0 && <DecisionCards decisions={decisions.data} />}
        <Escalated />
      </section>
      <OpenIncidents />
      <Clusters />
    </main>
  );
}

/** Return what there is to do; what was true before the connection broke is not claimed. */
export function headline(count: number | undefined, isError: boolean, escalated: number): string {
  if (isError) return "What waits is not known now.";
  if (count === undefined) return "\u00a0";
  if (count === 0 && escalated === 1) return "One incident was handed over to you.";
  if (count === 0 && escalated > 1) return `${escalated} incidents were handed over to you.`;
  if (count === 0) return "Nothing waits for you.";
  if (count === 1) return "One plan waits for a decision.";
  return `${count} plans wait for a decision.`;
}

function OpenIncidents() {
  const found = useIncidents({ status: OPEN }, 20);
  const rows = found.data?.pages[0]?.incidents ?? [];
  return (
    <section className="stack" aria-label="Open incidents">
      <div className="row between">
        <h2>Open incidents</h2>
        <Link className="faint" to="/incidents">
          All incidents
        </Link>
      </div>
      <div className="card" aria-busy={found.isPending}>
        <Trouble error={found.error} isAskedAgain />
        {found.isPending && !found.error && <div className="nothing">&nbsp;</div>}
        {rows.length > 0 && <IncidentTable rows={rows} label="Open incidents" />}
        {found.isSuccess && rows.length === 0 && (
          <p className="nothing">
            <strong>No incident is open</strong>
            Agents have nothing to do.
          </p>
        )}
      </div>
    </section>
  );
}

function Clusters() {
  const clusters = useClusters();
  const here = clusters.data?.filter((cluster) => cluster.disconnected_at === null) ?? [];
  const gone = clusters.data?.filter((cluster) => cluster.disconnected_at !== null) ?? [];
  const mayConnect = useMay("admin");
  const [isConnecting, setIsConnecting] = useState(false);
  return (
    <section className="stack" aria-label="Clusters">
      <div className="row between">
        <h2>Clusters</h2>
        {mayConnect && (
          <button type="button" className="button small" onClick={() => setIsConnecting(true)}>
            Connect a cluster
          </button>
        )}
      </div>
      <Trouble error={clusters.error} isAskedAgain />
      {clusters.isPending && !clusters.error && <div className="card four-ahead" />}
      {here.map((cluster) => (
        <ClusterCard key={cluster.id} cluster={cluster} />
      ))}
      {gone.length > 0 && (
        <p className="faint">
          Disconnected:{" "}
          {gone.map((cluster) => (
            <Link key={cluster.id} className="gone" to={`/clusters/${cluster.id}`}>
              {cluster.id}
            </Link>
          ))}
        </p>
      )}
      {isConnecting && <ConnectDialog onClose={() => setIsConnecting(false)} />}
    </section>
  );
}
