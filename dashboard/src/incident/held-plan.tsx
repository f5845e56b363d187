import "./styles/held.css";
import { useQuery } from "@tanstack/react-query";
import { plan } from "../api/incidents";
import { useEvery } from "../app/live";
import { Held } from "../design/held";
import { useDesk } from "./desk";
import type { Proposal } from "./run";

/** The brakes that hold the plan: now while it waits, and as they were when it was approved. */
export function HeldPlan({ proposal }: { proposal: Proposal }) {
  const { incidentId } = useDesk();
  const every = useEvery();
  const verdict = proposal.approval?.verdict;
  const waits = verdict === "open";
  const { data } = useQuery({
    queryKey: ["plan", incidentId, proposal.sha256],
    queryFn: ({ signal }) => plan(incidentId, signal),
    enabled: waits,
    refetchInterval: every,
  });
  const isStarted = Object.keys(proposal.actions).length > 0;
  const held = data?.plan_sha256 === proposal.sha256 ? data.held_by : [];
  if (waits) return <Held brakes={held} />;
  if (verdict !== "approved" || isStarted) return null;
  return <Held brakes={held} when="Held when it was approved" />;
}
