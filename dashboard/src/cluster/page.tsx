import "./cluster.css";
import { useState } from "react";
import { Link, useParams } from "react-router";
import type { ClusterView } from "../api/clusters";
import { useMay } from "../app/session";
import { Ago } from "../design/ago";
import { useTitle } from "../design/title";
import { Trouble } from "../design/trouble";
import { IncidentListing } from "../incidents/listing";
import { Brakes } from "./brakes";
import { useClusters, useHealth, useSnapshot } from "./data";
import { DisconnectDialog } from "./disconnect";
import { HealthBadge, HealthList } from "./health";
import { FourSignals, ServiceSignalsTable, useSpan } from "./signals";
import { minutesOf } from "./span";
import { ClusterSwitch } from "./switch";
import { TriggerDialog } from "./trigger";

/** One cluster: how its systems answer, its golden signals, its incidents. */
export function ClusterPage() {
  const { id = "" } = useParams();
  useTitle(id);
  const clusters = useClusters();
  const cluster = clusters.data?.find((item) => item.id === id);
  if (clusters.isSuccess && !cluster) return <Unknown id={id} />;
  return (
    <main className="page">
      <Head id={id} cluster={cluster} />
      <Trouble error={clusters.error} isAskedAgain />
      <Brakes cluster={id} />
      <Signals id={id} />
      <section className="stack" aria-label="Incidents of this cluster">
        <h2>Incidents</h2>
        <IncidentListing cluster={id} />
      </section>
    </main>
  );
}

function Head({ id, cluster }: { id: string; cluster: ClusterView | undefined }) {
  const health = useHealth(id);
  const mayTrigger = useMay("responder");
  const mayDisconnect = useMay("admin") && cluster?.status === "connected";
  const [dialog, setDialog] = useState<"trigger" | "disconnect" | null>(null);
  const close = () => setDialog(null);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{id}</h1>
          <p>{cluster && <Origin cluster={cluster} />}</p>
        </div>
        <div className="row">
          <HealthBadge health={health.isError ? undefined : health.data} />
          {mayTrigger && (
            <button type="button" className="button" onClick={() => setDialog("trigger")}>
              Investigate a service
            </button>
          )}
          <ClusterSwitch cluster={id} />
          {mayDisconnect && (
            <button type="button" className="button danger" onClick={() => setDialog("disconnect")}>
              Disconnect
            </button>
          )}
        </div>
      </header>
      <section className="card" aria-label="Health">
        <Trouble error={health.error} isAskedAgain />
        {health.data && <HealthList health={health.data} />}
        {health.isPending && <div className="four-ahead" />}
      </section>
      {dialog === "trigger" && <TriggerDialog cluster={id} onClose={close} />}
      {dialog === "disconnect" && <DisconnectDialog cluster={id} onClose={close} />}
    </>
  );
}

function Origin({ cluster }: { cluster: ClusterView }) {
  if (cluster.status === "own") return <>The installation’s own cluster</>;
  return (
    <>
      Connected by {cluster.connected_by ?? "nobody known"} <Ago at={cluster.created_at} />
      {cluster.disconnected_at && (
        <>
          , disconnected <Ago at={cluster.disconnected_at} />
        </>
      )}
    </>
  );
}

function Signals({ id }: { id: string }) {
  const snapshot = useSnapshot(id);
  const span = useSpan(snapshot.data);
  const { data } = snapshot;
  return (
    <section className="stack" aria-label="Golden signals">
      <div className="row between">
        <h2>Golden signals{data && `, last ${minutesOf(span)} minutes`}</h2>
        {data && (
          <span className="faint">
            measured <Ago at={data.as_of} />
          </span>
        )}
      </div>
      <div className="card">
        <Trouble error={snapshot.error} isAskedAgain />
        {!data && !snapshot.error && <div className="four-ahead" />}
        {data && <FourSignals of={id} signals={data.whole} span={span} />}
      </div>
      {data && data.services.length > 0 && (
        <div className="card">
          <ServiceSignalsTable snapshot={data} span={span} />
        </div>
      )}
    </section>
  );
}

function Unknown({ id }: { id: string }) {
  return (
    <main className="page">
      <h1>No cluster is called {id}</h1>
      <p className="muted">
        It may have been disconnected. The <Link to="/">overview</Link> lists those there are.
      </p>
    </main>
  );
}
