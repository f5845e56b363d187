import "./cluster.css";
import { Link } from "react-router";
import type { ClusterView } from "../api/clusters";
import { Trouble } from "../design/trouble";
import { useHealth, useSnapshot } from "./data";
import { HealthBadge } from "./health";
import { FourSignals, useSpan } from "./signals";

/** A cluster on the overview: its health, and the golden signals of everything in it. */
export function ClusterCard({ cluster }: { cluster: ClusterView }) {
  const health = useHealth(cluster.id);
  const snapshot = useSnapshot(cluster.id);
  const span = useSpan(snapshot.data);
  return (
    <section className="card cluster-card" aria-label={`Cluster ${cluster.id}`}>
      <header>
        <h3>
          <Link to={`/clusters/${encodeURIComponent(cluster.id)}`}>{cluster.id}</Link>
        </h3>
        <HealthBadge health={health.isError ? undefined : health.data} />
      </header>
      {snapshot.data && <FourSignals of={cluster.id} signals={snapshot.data.whole} span={span} />}
      {!snapshot.data && !snapshot.error && <div className="four four-ahead" />}
      <Trouble error={snapshot.data ? null : snapshot.error} isAskedAgain />
    </section>
  );
}
