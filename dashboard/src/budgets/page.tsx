import "./budgets.css";
import { useQuery } from "@tanstack/react-query";
import type { SloView } from "../api/slos";
import * as api from "../api/slos";
import { useEvery } from "../app/live";
import { Ago } from "../design/ago";
import { useTitle } from "../design/title";
import { Trouble } from "../design/trouble";
import { spaced } from "../design/words";
import { Models } from "./models";
import { byUrgency, filled, NO_DATA, tellEnd, tellLeft, tellRate } from "./tell";

const ASK_MS = 15_000;

/** What services promise, how much of each error budget is left and how fast it goes; what models took. */
export function BudgetsPage() {
  useTitle("Budgets");
  const found = useSlos();
  return (
    <main className="page">
      <header className="page-head">
        <div>
          <h1>Budgets</h1>
          <p>What services promise and may fail, and what language models take.</p>
        </div>
      </header>
      <section className="card" aria-label="Error budgets" aria-busy={found.isPending}>
        <Trouble error={found.error} isAskedAgain />
        {found.isPending && !found.error && <div className="rows-ahead" />}
        {found.data?.length === 0 && (
          <p className="nothing">
            <strong>Nothing is promised yet</strong>
            Objectives come from SLO_FILE, or from POST /api/v1/slos.
          </p>
        )}
        {found.data && found.data.length > 0 && <Budgets slos={found.data} />}
      </section>
      <Models />
    </main>
  );
}

function useSlos() {
  const every = useEvery(ASK_MS);
  return useQuery({
    queryKey: ["slos"],
    queryFn: ({ signal }) => api.list(signal),
    // The feed tells of incidents, not of budgets.
    refetchInterval: Math.min(every, ASK_MS),
    select: (answer) => byUrgency(answer.slos),
  });
}

function Budgets({ slos }: { slos: readonly SloView[] }) {
  return (
    <table className="table budgets" aria-label="Error budgets, the most urgent first">
      <thead>
        <tr>
          <th>Objective</th>
          <th>State</th>
          <th>Left</th>
          <th className="number">5 min</th>
          <th className="number">1 h</th>
          <th className="number">6 h</th>
          <th className="number">3 d</th>
          <th>Used up</th>
          <th className="number">Looked at</th>
        </tr>
      </thead>
      <tbody>
        {slos.map((slo) => (
          <Budget key={`${slo.cluster} ${slo.id}`} slo={slo} />
        ))}
      </tbody>
    </table>
  );
}

function Budget({ slo }: { slo: SloView }) {
  const rates = slo.burn_rates;
  return (
    <tr>
      <td className="first">
        <strong>{slo.id}</strong>
        <span className="where mono">
          {slo.cluster} · {slo.namespace}/{slo.service} · tier {slo.tier}
        </span>
        <span className="promise">{slo.promise}</span>
      </td>
      <td>
        <span className={`budget-state ${slo.status}`}>{spaced(slo.status)}</span>
        {slo.reason && <span className="promise">{slo.reason}</span>}
      </td>
      <td>
        <Left slo={slo} />
      </td>
      <Rate value={rates.over_5m} />
      <Rate value={rates.over_1h} />
      <Rate value={rates.over_6h} />
      <Rate value={rates.over_3d} />
      <td className="when">{tellEnd(slo)}</td>
      <td className="number when">
        {slo.evaluated_at ? <Ago at={slo.evaluated_at} /> : "not yet"}
      </td>
    </tr>
  );
}

function Left({ slo }: { slo: SloView }) {
  if (slo.remaining === null) return <span className="faint">{NO_DATA}</span>;
  return (
    <>
      <span className="left">{tellLeft(slo.remaining)}</span>
      <meter
        className={slo.status}
        min={0}
        max={100}
        value={filled(slo.remaining)}
        aria-label={`Left of the budget of ${slo.id}`}
      />
      {slo.covered < 0.95 && (
        <span className="promise">counted in {Math.round(slo.covered * 100)} % of the window</span>
      )}
    </>
  );
}

function Rate({ value }: { value: number | null }) {
  return <td className={value === null ? "number faint" : "number"}>{tellRate(value)}</td>;
}
