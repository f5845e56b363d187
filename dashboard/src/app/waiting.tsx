import type { ProblemError } from "../api/http";
import { Pulse } from "../design/pulse";

/** The first moment, before the platform has said who we are; or that it does not answer. */
export function Waiting({ problem }: { problem?: ProblemError }) {
  return (
    <main className="waiting" aria-busy={problem === undefined}>
      <Pulse />
      {problem && (
        <div role="alert">
          <h1>{problem.title}</h1>
          <p className="muted">{problem.hint}</p>
        </div>
      )}
    </main>
  );
}
