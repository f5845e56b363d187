import "./ladder.css";
import { useQuery } from "@tanstack/react-query";
import type { Ladder, RungView } from "../api/autonomy";
import * as api from "../api/autonomy";
import { useEvery } from "../app/live";
import { Ago } from "../design/ago";
import { useTitle } from "../design/title";
import { Trouble } from "../design/trouble";
import { spaced } from "../design/words";
import { tellBound, tellRuns } from "./tell";

const ASK_MS = 30_000;

/** What has earned to be done without asking, what is missing for it, and why. */
export function LadderPage() {
  useTitle("Ladder");
  const found = useLadder();
  return (
    <main className="page">
      <header className="page-head">
        <div>
          <h1>Ladder</h1>
          <p>What went well often enough to be done without asking, and what is missing for it.</p>
        </div>
      </header>
      {found.data && <Off ladder={found.data} />}
      {found.data && found.data.unreadable.length > 0 && (
        <p className="ladder-note bad">
          The log of {found.data.unreadable.join(", ")} cannot be read: what was done there counts
          as failed. The page Audit names the place.
        </p>
      )}
      <section className="card" aria-label="Earned autonomy" aria-busy={found.isPending}>
        <Trouble error={found.error} isAskedAgain />
        {found.isPending && !found.error && <div className="rows-ahead" />}
        {found.data?.rungs.length === 0 && (
          <p className="nothing">
            <strong>Nothing was done yet</strong>
            Every kind of action that is carried out and verified has a row here.
          </p>
        )}
        {found.data && found.data.rungs.length > 0 && <Rungs rungs={found.data.rungs} />}
      </section>
    </main>
  );
}

function useLadder() {
  const every = useEvery(ASK_MS);
  return useQuery({
    queryKey: ["ladder"],
    queryFn: ({ signal }) => api.show(signal),
    refetchInterval: Math.min(every, ASK_MS),
  });
}

/** Why nothing is ever done without asking, where that is so. */
function Off({ ladder }: { ladder: Ladder }) {
  if (ladder.fault) {
    return <p className="ladder-note bad">The policy denies everything: {ladder.fault}</p>;
  }
  if (ladder.is_on) return null;
  return (
    <p className="ladder-note">
      Off: no rule of the policy lets anything earn it, so that every change is ruled on as before.
    </p>
  );
}

function Rungs({ rungs }: { rungs: readonly RungView[] }) {
  return (
    <table className="table ladder" aria-label="Kinds of action, the most often done first">
      <thead>
        <tr>
          <th>Action</th>
          <th>Went well</th>
          <th>Surely above</th>
          <th>Would be</th>
          <th>Why</th>
          <th className="number">Done last</th>
        </tr>
      </thead>
      <tbody>
        {rungs.map((rung) => (
          <Rung key={keyOf(rung)} rung={rung} />
        ))}
      </tbody>
    </table>
  );
}

function Rung({ rung }: { rung: RungView }) {
  const { namespace, name, kind } = rung.object;
  return (
    <tr>
      <td className="first">
        <strong className="mono">{rung.tool}</strong>
        <span className="where mono">
          {kind} {namespace}/{name}
        </span>
        <span className="where">for {spaced(rung.fault_class)}</span>
      </td>
      <td>
        {tellRuns(rung)}
        <span className="where">{rung.in_a_row} in a row</span>
      </td>
      <td>
        {tellBound(rung.bound)}
        <meter
          min={0}
          max={1}
          value={rung.bound}
          aria-label={`Surely above, ${rung.tool} of ${name}`}
        />
      </td>
      <td>
        <strong className={`ruling-${rung.ruling}`}>{rung.ruling}</strong>
        {rung.risk_score !== null && <span className="where">risk {rung.risk_score} of 100</span>}
      </td>
      <td className="why">
        <Why rung={rung} />
      </td>
      <td className="number when">
        <Ago at={rung.last_at} />
      </td>
    </tr>
  );
}

function Why({ rung }: { rung: RungView }) {
  return (
    <>
      <span>
        rule <code>{rung.rule}</code>
      </span>
      {rung.earns_by && rung.missing.length > 0 ? (
        <ul aria-label="Missing">
          {rung.missing.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      ) : (
        <span className="where">{rung.reason}</span>
      )}
    </>
  );
}

function keyOf(rung: RungView): string {
  const { kind, namespace, name } = rung.object;
  return [rung.server, rung.tool, rung.fault_class, kind, namespace, name].join(" ");
}
