"""Look at the world again until fresh data says whether the repair worked."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.domain.actions import Proof
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import REPOSITORY
from sre_agent.domain.plan import Action, Plan, Verification
from sre_agent.domain.tools import ToolResult
from sre_agent.graph import baseline, call_log, polling, run_state, steering, undoing
from sre_agent.graph.context import RunContext
from sre_agent.planning import looks, verification
from sre_agent.planning.looks import Answer, Look
from sre_agent.planning.verification import Judgement, Outcome

_WORST_FIRST = (
    Outcome.WORSE,
    Outcome.NOT_RESOLVED,
    Outcome.UNKNOWN,
    Outcome.PENDING,
    Outcome.IMPROVED,
    Outcome.RESOLVED,
)

_COMMIT_STAYS = (
    "the commit that brought it was left where it is: the next deploy brings the fault back"
)
_KEPT = "It stays, because nothing that was seen of what was repaired speaks against it"
"""Why what did not help is not taken back; where something does speak against it, it is."""


async def verify(state: run_state.RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Sample until every action's verification has an end; only then is the incident's known."""
    context = runtime.context
    id_ = run_state.incident_id(state)
    plan = run_state.plan(state)
    if plan.is_revert:
        end = await undoing.watch(context, state, plan)
        return Command(goto="conclude", update=end) if end else Command(goto=END)
    finished_at = datetime.fromisoformat(state["actions_finished_at"])
    await context.incidents.set_status(
        id_,
        IncidentStatus.VERIFYING,
        reason="the actions are done; waiting for fresh data",
        step_key=f"status:verifying:{plan.sha256}",
    )
    told = ""
    looking_since = context.clock.now()
    before = baseline.read(await context.incidents.events(id_))
    last: dict[ActionId, Judgement] = {}
    proofs = _Proofs(context, plan)
    asking, asked = polling.polled(context, id_, call_log.VERIFIER)
    while True:
        incident = await context.incidents.load(id_)
        followers = await context.incidents.followers(id_)
        if steering.is_over(state, incident):
            return Command(goto=END)
        last = {
            action.id: await _judge(
                asking,
                proofs,
                action,
                Look(
                    action_finished_at=finished_at,
                    now=context.clock.now(),
                    looking_since=looking_since,
                    alerts=incident.alerts,
                    steady_since=last[action.id].steady_since if last else None,
                    harmed_since=last[action.id].harmed_since if last else {},
                    before=before,
                    callers=action.blast_radius.callers,
                    followers=[item for item in followers if item.action_id == action.id],
                    own_rollouts=proofs.own_rollouts,
                ),
            )
            for action in plan.actions
        }
        judgement = min(last.values(), key=lambda item: _WORST_FIRST.index(item.outcome))
        if judgement.outcome is not Outcome.PENDING:
            break
        if judgement.reason != told:
            told = judgement.reason
            await _record(context, state, EventKind.VERIFICATION_SAMPLED, judgement)
        await context.clock.sleep(context.limits.sample_interval_s)
    await asked.close()
    await _record(context, state, EventKind.VERIFICATION_FINISHED, judgement)
    is_in_vain = judgement.outcome is Outcome.NOT_RESOLVED and judgement.is_in_vain
    if is_in_vain or judgement.outcome is Outcome.WORSE:
        return Command(goto="revert", update={"not_helped": judgement.reason})
    return Command(goto="conclude", update=_end(proofs, judgement, run_state.advice(state)))


@dataclass
class _Proofs:
    """How the actions of a plan are proved, and what their rehearsals said last."""

    context: RunContext
    plan: Plan
    _again: dict[ActionId, ToolResult] = field(default_factory=dict)

    def of(self, action: Action) -> Proof | None:
        """Return how an action is proved."""
        kind = self.context.playbooks.actions.of(action.call)
        return kind.verification.proof if kind else None

    @property
    def own_rollouts(self) -> int:
        """Return how many rollouts of what is repaired the actions themselves were."""
        return sum(
            self.of(item) is Proof.ROLLOUT and item.target == item.verification.object
            for item in self.plan.actions
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what stays although all went well: also what people left out of taking a commit back."""
        choice = self.plan.choice
        if choice is None or choice.warnings or not choice.weighed:
            return choice.warnings if choice else ()
        return () if self._brings_deploy else (_COMMIT_STAYS,)

    @property
    def _brings_deploy(self) -> bool:
        return any(self.of(item) is Proof.DEPLOYED for item in self.plan.actions)

    def awaited(self, checked: Verification) -> Verification:
        """Return the verification without a rollout to wait for where nothing is left that brings one."""
        is_waiting = self._brings_deploy
        return checked if is_waiting else checked.model_copy(update={"rollout_within_s": 0.0})

    async def rehearse(self, context: RunContext, action: Action, since: datetime) -> ToolResult:
        """Rehearse what was done; a forge that answered `since` is not asked again for a while."""
        known, now = self._again.get(action.id), context.clock.now()
        rest = timedelta(seconds=context.limits.forge_interval_s)
        is_fresh = known is not None and max(since, now - rest) <= known.observed_at
        if known is None or not is_fresh or action.target.kind != REPOSITORY:
            deadline_s = context.deadline_s(action.call)
            known = await context.toolbox.rehearse(action.call, deadline_s=deadline_s)
            self._again[action.id] = known
        return known


async def _judge(context: RunContext, proofs: _Proofs, action: Action, look: Look) -> Judgement:
    """Look once; alerts that joined the incident after the plan count as well.

    What is no rollout is proved by rehearsing it again: done, it changes nothing.
    """
    checked = proofs.awaited(verification.with_alerts(action.verification, look.alerts))
    answers = [
        Answer(
            call=call,
            result=await context.toolbox.read(call, deadline_s=context.limits.tool_deadline_s),
        )
        for call in looks.calls(checked)
    ]
    seen = replace(look, now=context.clock.now())
    proof = proofs.of(action)
    if proof is not None and proof.is_rehearsed:
        again = await proofs.rehearse(context, action, look.action_finished_at)
        seen = replace(seen, deed=action, again=again, now=context.clock.now())
    return verification.judge(checked, answers, seen)


async def _record(
    context: RunContext, state: run_state.RunState, kind: EventKind, judgement: Judgement
) -> None:
    is_end = kind is EventKind.VERIFICATION_FINISHED
    key = state["actions_finished_at"] if is_end else context.clock.now().isoformat()
    await context.journal.append(
        run_state.incident_id(state),
        EventDraft(
            actor="verifier",
            kind=kind,
            payload={
                "result": judgement.outcome.value,
                "reason": judgement.reason,
                "plan_sha256": run_state.plan(state).sha256,
                "checks": list(judgement.checks),
            },
            step_key=f"{kind.value}:{key}",
        ),
    )


def _end(proofs: _Proofs, judgement: Judgement, advice: str) -> run_state.RunState:
    if judgement.outcome is Outcome.RESOLVED:
        reason = ". Mind that ".join((judgement.reason, *proofs.warnings))
        return {"end_status": IncidentStatus.RESOLVED.value, "end_reason": reason}
    said = {
        Outcome.IMPROVED: "the repair helped, but not enough",
        Outcome.NOT_RESOLVED: "the repair did not help",
        Outcome.UNKNOWN: "it is unknown whether the repair helped",
    }.get(judgement.outcome, judgement.outcome.value)
    undo = "; ".join(str(action.inverse) for action in proofs.plan.actions if action.inverse)
    kept = f". {_KEPT}" if undo and judgement.outcome is Outcome.NOT_RESOLVED else ""
    reason = f"{said}: {judgement.reason}{kept}{f'. To undo: {undo}' if undo else ''}{advice}"
    return {"end_status": IncidentStatus.ESCALATED.value, "end_reason": reason}
