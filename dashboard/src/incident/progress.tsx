import { between, duration } from "../design/time";
import { type Room, STAGES, type Stage } from "./fold";

const NAMES: Record<Stage, string> = {
  alert: "Alert",
  investigate: "Investigate",
  plan: "Plan",
  approve: "Approve",
  act: "Act",
  verify: "Verify",
  end: "Report",
};

/** The way from alert to report: what is done, where the incident stands, how long each part took. */
export function Progress({ room }: { room: Room }) {
  const done = STAGES.filter((stage) => room.reached[stage] !== undefined);
  const current = done.at(-1);
  return (
    <ol className="progress" aria-label="Progress">
      {STAGES.map((stage) => {
        const at = room.reached[stage];
        const state = at === undefined ? "ahead" : stage === current ? "current" : "done";
        const isOver = stage === "end" && at !== undefined;
        return (
          <li key={stage} className={isOver ? "done" : state} aria-current={state === "current"}>
            <span className="name">{NAMES[stage]}</span>
            <span className="took mono">{took(room, stage) ?? "\u00a0"}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** Return how long after the alert a stage was reached. */
function took(room: Room, stage: Stage): string | undefined {
  const start = room.reached.alert;
  const at = room.reached[stage];
  if (start === undefined || at === undefined) return undefined;
  return stage === "alert" ? "0 s" : `+${duration(between(start, at))}`;
}
