/** What each kind of event changes in the run that goes on, one row a kind. */

import type { Gap, IncidentEvent } from "./events";
import type { ActionState, Proposal, Run, Sample, Verification } from "./run";
import { standing } from "./run";

type Change = (run: Run, event: IncidentEvent) => Partial<Run>;

/** Change the newest plan of the run. */
function onProposal(
  change: (proposal: Proposal, event: IncidentEvent) => Partial<Proposal>,
): Change {
  return (run, event) => {
    const newest = run.proposals.at(-1);
    if (newest === undefined) return {};
    return { proposals: [...run.proposals.slice(0, -1), { ...newest, ...change(newest, event) }] };
  };
}

/** Change the state of one action of the newest plan that has it. */
function onAction(change: (event: IncidentEvent) => Partial<ActionState>): Change {
  return (run, event) => {
    const id: string = event.payload.action_id;
    const has = (proposal: Proposal) => proposal.plan.actions.some((action) => action.id === id);
    const place = run.proposals.findLastIndex(has);
    return {
      proposals: run.proposals.map((proposal, index) => {
        if (index !== place) return proposal;
        const state = { grantId: "", ...proposal.actions[id], ...change(event) };
        return { ...proposal, actions: { ...proposal.actions, [id]: state } };
      }),
    };
  };
}

function look(before: Verification | null, event: IncidentEvent, isOver: boolean): Verification {
  const { result, reason, checks } = event.payload;
  const history = { ...before?.history };
  for (const check of checks as string[]) {
    const [stands, said] = standing(check);
    const about = subjectOf(said);
    history[about] = append(history[about] ?? [], { at: event.at, standing: stands });
  }
  return {
    result,
    reason,
    checks,
    at: event.at,
    startedAt: before?.startedAt ?? event.at,
    isOver,
    history,
  };
}

const BY_HARM = ["good", "no data", "bad"];

/** Of several checks of one thing in one look, the worst counts. */
function append(samples: readonly Sample[], sample: Sample): Sample[] {
  const last = samples.at(-1);
  if (last?.at !== sample.at) return [...samples, sample];
  const isWorse = BY_HARM.indexOf(sample.standing) > BY_HARM.indexOf(last.standing);
  return isWorse ? [...samples.slice(0, -1), sample] : [...samples];
}

/** What a check is about, whatever it says this time: the service before the colon, or its kind. */
export function subjectOf(said: string): string {
  const named = /^([\w.-]+\/[\w.-]+): /.exec(said);
  if (named?.[1]) return named[1];
  if (/alert|still active/.test(said)) return "alerts";
  if (/rollout|pods of|cluster has not/.test(said)) return "rollout";
  return "time";
}

const unwork = (run: Run, specialist: string) => run.working.filter((name) => name !== specialist);

const sighted: Change = (run, { payload }) => ({
  working: unwork(run, payload.specialist),
  gaps: [...run.gaps, ...((payload.gaps ?? []) as Gap[])],
});

function decided(proposal: Proposal, { at, payload }: IncidentEvent): Partial<Proposal> {
  return {
    approval: {
      id: payload.approval_id,
      requestedAt: proposal.approval?.requestedAt ?? at,
      expiresAt: proposal.approval?.expiresAt ?? at,
      verdict: payload.verdict,
      decidedBy: payload.actor,
      decidedAt: at,
      channel: payload.channel,
      reason: payload.reason,
      people: proposal.approval?.people ?? 1,
      yes: proposal.approval?.yes ?? [],
      leftOut: payload.without ?? [],
    },
  };
}

export const RUN_APPLY: Record<string, Change> = {
  run_started: () => ({}),
  run_failed: (_run, { payload }) => ({ failure: payload.reason, working: [] }),
  specialists_selected: (_run, { payload }) => ({
    round: 1,
    working: payload.selected.map((item: { specialist: string }) => item.specialist),
  }),
  tool_called: (run, { actor, payload }) => {
    if (payload.round === undefined) return {}; // what repairs and verifies asks too
    const round = Math.max(run.round, payload.round ?? 1);
    if (round === run.round && run.working.includes(actor)) return {};
    return {
      round,
      working: run.working.includes(actor) ? run.working : [...run.working, actor],
    };
  },
  specialist_finished: sighted,
  specialist_failed: sighted,
  causes_ranked: (run, { at, payload }) => {
    const top = payload.diagnosis.causes[0];
    const name = top ? `${top.fault_class} ${top.object.name}` : "";
    const ranked = { round: payload.round, at, top: name, confidence: top?.confidence ?? 0 };
    return {
      diagnosis: payload.diagnosis,
      changes: payload.changes ?? null,
      opinion: null,
      round: payload.round,
      working: [],
      rounds: [...run.rounds, ranked],
    };
  },
  model_opinion: (run, { payload }) => ({
    opinion: payload.opinion,
    diagnosis: payload.diagnosis ?? run.diagnosis,
  }),
  plan_proposed: (run, { at, payload }) => ({
    withheld: null,
    proposals: [
      ...run.proposals,
      {
        plan: payload.plan,
        sha256: payload.plan_sha256,
        proposedAt: at,
        rulings: [],
        approval: null,
        actions: {},
        verification: null,
      },
    ],
  }),
  plan_withheld: (_run, { payload }) => ({ withheld: payload }),
  policy_ruled: onProposal((_proposal, { payload }) => ({ rulings: payload.rulings })),
  approval_requested: onProposal((_proposal, { at, payload }) => ({
    approval: {
      id: payload.approval_id,
      requestedAt: at,
      expiresAt: payload.expires_at,
      verdict: "open",
      people: payload.people ?? 1,
      yes: [],
      leftOut: [],
    },
  })),
  approval_given: onProposal((proposal, { at, payload }) => {
    if (proposal.approval === null) return {};
    const yes = { by: payload.actor, at, leftOut: payload.left_out ?? [] };
    const { approval } = proposal;
    return {
      approval: { ...approval, yes: [...approval.yes, yes], leftOut: payload.without ?? [] },
    };
  }),
  approval_decided: onProposal(decided),
  approval_voided: onProposal(decided),
  grant_minted: onAction(({ at, payload }) => ({ grantId: payload.grant_id, grantedAt: at })),
  grant_refused: onAction(({ payload }) => ({ refused: payload.reason })),
  action_started: onAction(({ at, payload }) => ({ startedAt: at, grantId: payload.grant_id })),
  action_finished: onAction(({ at, payload }) => ({
    finishedAt: at,
    status: payload.status,
    outcome: payload.outcome,
    detail: payload.detail,
  })),
  verification_sampled: onProposal((proposal, event) => ({
    verification: look(proposal.verification, event, false),
  })),
  verification_finished: onProposal((proposal, event) => ({
    verification: look(proposal.verification, event, true),
  })),
  escalated: (_run, { payload }) => ({ escalation: payload.reason }),
};
