import { between, duration } from "../design/time";
import { type Run, STAGES, type Stage } from "./run";

const NAMES: Readonly<Record<Stage, string>> = {
  alert: "Alert",
  investigate: "Investigate",
  plan: "Plan",
  approve: "Approve",
  act: "Act",
  verify: "Verify",
  end: "Report",
};

type State = "done" | "current" | "waits" | "failed" | "ahead" | "skipped";

/** The way from alert to report: what is done, where the incident stands, how long each part took. */
export function Progress({ run }: { run: Run }) {
  return (
    <ol className="progress" aria-label="Progress">
      {STAGES.map((stage) => {
        const state = stateOf(run, stage);
        const isHere = state === "current" || state === "waits";
        return (
          <li key={stage} className={state} aria-current={isHere ? "step" : undefined}>
            <span className="name">{NAMES[stage]}</span>
            <span className="took mono">{took(run, stage) ?? "\u00a0"}</span>
          </li>
        );
      })}
    </ol>
  );
}

function stateOf(run: Run, stage: Stage): State {
  const isReached = run.reached[stage] !== undefined;
  const current = STAGES.findLast((item) => item !== "end" && run.reached[item] !== undefined);
  if (run.endedAt === null) {
    if (stage !== current) return isReached ? "done" : "ahead";
    return run.status === "awaiting_approval" ? "waits" : "current";
  }
  if (!isReached) return "skipped";
  return stage === current && run.status === "escalated" ? "failed" : "done";
}

/** Return how long after the alert a stage was reached. */
function took(run: Run, stage: Stage): string | undefined {
  const start = run.reached.alert;
  const at = run.reached[stage];
  if (start === undefined || at === undefined) return undefined;
  return stage === "alert" ? "0 s" : `+${duration(between(start, at))}`;
}
