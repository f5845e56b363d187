import "./styles/held.css";
import { Held } from "../design/held";
import type { Proposal } from "./run";
import { usePlanNow } from "./use-plan-now";

/** The brakes that hold the plan: now while it waits, and as they were when it was approved. */
export function HeldPlan({ proposal }: { proposal: Proposal }) {
  const brakes = usePlanNow(proposal)?.held_by ?? [];
  const verdict = proposal.approval?.verdict;
  if (verdict === "open") return <Held brakes={brakes} />;
  const isStarted = Object.keys(proposal.actions).length > 0;
  if (verdict !== "approved" || isStarted) return null;
  return <Held brakes={brakes} when="Held when it was approved" />;
}
