import { useQuery } from "@tanstack/react-query";
import type { BrakesView, FreezeView } from "../api/brakes";
import * as api from "../api/brakes";
import { Ago, Left } from "../design/ago";
import { absolute } from "../design/time";
import { Trouble } from "../design/trouble";

const ASK_MS = 15_000;

/** What slows or stops writing in a cluster: stops, caps that are used up, rests, freezes. */
export function Brakes({ cluster }: { cluster: string }) {
  const found = useQuery({
    queryKey: ["brakes"],
    queryFn: ({ signal }) => api.show(signal),
    refetchInterval: ASK_MS,
  });
  return (
    <section className="stack" aria-label="Brakes">
      <h2>Brakes</h2>
      <div className="card">
        <Trouble error={found.error} isAskedAgain />
        {found.data && <BrakeList brakes={found.data} cluster={cluster} />}
      </div>
    </section>
  );
}

function BrakeList({ brakes, cluster }: { brakes: BrakesView; cluster: string }) {
  const own = brakes.clusters.find((each) => each.cluster === cluster);
  const stop = brakes.halt.clusters.find((each) => each.cluster === cluster);
  const workloads = own?.workloads ?? [];
  return (
    <ul className="brakes">
      {brakes.halt.halted && (
        <li className="bad">
          All writing is stopped{brakes.halt.actor && ` by ${brakes.halt.actor}`}
          {brakes.halt.reason && <q>{brakes.halt.reason}</q>}
        </li>
      )}
      {stop && (
        <li className="bad">
          {stop.actor} stopped writing here <Ago at={stop.since} />
          <q>{stop.reason}</q>
        </li>
      )}
      {brakes.fault && <li className="bad">Nothing is written: {brakes.fault}</li>}
      <li>
        {own?.writes ?? 0} of {brakes.cap_cluster} writes within the hour
      </li>
      {workloads.map((each) => (
        <li key={each.workload}>
          <code>{each.workload}</code> {each.writes} of {brakes.cap_service}
          {each.cools_until && (
            <>
              , rests: <Left at={each.cools_until} />
            </>
          )}
        </li>
      ))}
      {brakes.freezes.map((each) => (
        <Freeze key={`${each.id} ${each.name}`} freeze={each} />
      ))}
      {brakes.freezes.length === 0 && <li className="muted">No freeze is in force or to come</li>}
    </ul>
  );
}

function Freeze({ freeze }: { freeze: FreezeView }) {
  const where = [...freeze.clusters, ...freeze.namespaces, ...freeze.environments];
  return (
    <li className={freeze.is_active ? "bad" : ""}>
      Freeze “{freeze.name}” {freeze.is_active ? "until" : `from ${absolute(freeze.starts_at)} to`}{" "}
      {absolute(freeze.ends_at)}, {where.join(", ") || "everywhere"}
      <q>{freeze.reason}</q>
    </li>
  );
}
