import { useNow } from "../design/now";
import { duration } from "../design/time";
import { inWords } from "./events";
import { texts } from "./keyed";
import type { Proposal, Sample } from "./run";
import { standing } from "./run";
import { subjectOf } from "./run-apply";

const SAMPLES_SHOWN = 24;

/** What fresh data say of the repair, check by check, and how long it has to hold. */
export function Verification({ proposal }: { proposal: Proposal }) {
  const seen = proposal.verification;
  if (seen === null) return null;
  const tone = !seen.isOver ? "busy" : seen.result === "resolved" ? "good" : "bad";
  return (
    <section className="card verification" aria-label="Verification">
      <header>
        <h2>Verification</h2>
        <span className={`badge ${tone}`}>{seen.isOver ? inWords(seen.result) : "looking"}</span>
      </header>
      <ul>
        {texts(seen.checks).map(({ key, item: check }) => {
          const [stands, said] = standing(check);
          return (
            <li key={key} className={stands.replaceAll(" ", "-")}>
              <span className="unseen">{stands}: </span>
              {said}
              <History samples={seen.history[subjectOf(said)] ?? []} />
            </li>
          );
        })}
      </ul>
      {seen.isOver ? <p className="hold">{seen.reason}</p> : <Hold proposal={proposal} />}
    </section>
  );
}

/** Each look so far as a mark, the newest last. */
function History({ samples }: { samples: readonly Sample[] }) {
  if (samples.length < 2) return null;
  return (
    <span className="history" aria-hidden="true">
      {samples.slice(-SAMPLES_SHOWN).map((sample) => (
        <i key={sample.at} className={sample.standing.replaceAll(" ", "-")} />
      ))}
    </span>
  );
}

function Hold({ proposal }: { proposal: Proposal }) {
  const now = useNow();
  const wanted = proposal.plan.actions.map((action) => action.verification);
  const holdS = Math.max(0, ...wanted.map((item) => item?.hold_s ?? 0));
  const deadlineS = Math.max(0, ...wanted.map((item) => item?.deadline_s ?? 0));
  const doneAt = Object.values(proposal.actions)
    .map((state) => (state.finishedAt ? Date.parse(state.finishedAt) : 0))
    .reduce((latest, at) => Math.max(latest, at), 0);
  if (holdS === 0 || doneAt === 0) return null;
  const leftS = Math.max(0, deadlineS - (now - doneAt) / 1000);
  return (
    <p className="hold">
      Everything must hold for {duration(holdS)} on data newer than the write.{" "}
      {leftS > 0
        ? `${duration(Math.ceil(leftS))} left to prove it.`
        : "The time to prove it is over."}
    </p>
  );
}
