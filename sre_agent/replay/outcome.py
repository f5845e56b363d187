"""What a run came to, by its log alone: causes, opinion, plan and ruling, read the same way twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sre_agent.domain import opinion
from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.model_choice import ModelChoice
from sre_agent.domain.opinion import ModelOpinion
from sre_agent.domain.plan import Action, NoPlan, Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling, strictest
from sre_agent.domain.tools import ToolCall
from sre_agent.replay.recording import UnfitLogError

Json = dict[str, Any]


@dataclass(frozen=True)
class Ruled:
    """A plan that was proposed, and the rulings on its actions as far as there were any."""

    plan: Plan
    rulings: tuple[PolicyRuling, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Where a run had come to when its plan was ruled on.

    `plans` are all that were proposed, the last one the one that stood. `unrehearsed` is a step
    that would be tried, but of which nobody knows what it would do.
    """

    diagnosis: Diagnosis
    opinion: ModelOpinion | None = None
    choice: ModelChoice | None = None
    plans: tuple[Ruled, ...] = ()
    withheld: NoPlan | None = None
    merged_into: str = ""
    unrehearsed: ToolCall | None = None

    @property
    def end(self) -> str:
        """Return in words what would come next."""
        if self.unrehearsed is not None:
            return f"tries {named(self.unrehearsed)}"
        if self.merged_into:
            return f"goes on as part of {self.merged_into}"
        if self.withheld is not None:
            return f"plans nothing: {self.withheld.reason}"
        return _ruled_end(self.plans[-1].rulings if self.plans else ())

    def view(self) -> Json:
        """Return all of it as plain JSON, by the names by which two outcomes are compared."""
        causes = enumerate(self.diagnosis.causes, start=1)
        stood = self.plans[-1] if self.plans and self._stands else None
        return {
            "causes": {_name(cause): _cause(rank, cause) for rank, cause in causes},
            "conclusion": {
                "is": self.diagnosis.conclusion.value,
                "reason": self.diagnosis.reason,
                "abstained": self.diagnosis.abstained,
                "dismissed": [_name(cause) for cause in self.diagnosis.dismissed],
                "passed": list(self.diagnosis.passed),
            },
            "opinion": self.opinion.model_dump(mode="json") if self.opinion else {},
            "choice": self.choice.model_dump(mode="json") if self.choice else {},
            "plan": _plan(stood.plan) if stood else self._no_plan(),
            "ruling": dict(_rulings(stood)) if stood else {},
            "denied before": dict(self._denied()),
            "end": self.end,
        }

    @property
    def _stands(self) -> bool:
        return self.withheld is None and not self.merged_into and self.unrehearsed is None

    def _no_plan(self) -> Json:
        return self.withheld.model_dump(mode="json") if self.withheld else {}

    def _denied(self) -> Iterator[tuple[str, Json]]:
        for item in self.plans[:-1] if self._stands else self.plans:
            step = item.plan.choice.step if item.plan.choice else item.plan.playbook
            yield step, dict(_rulings(item))


def _ruled_end(rulings: Sequence[PolicyRuling]) -> str:
    asking = [item.approvers for item in rulings if item.ruling is Ruling.ASK]
    who = strictest(asking)
    if any(item.ruling is Ruling.DENY for item in rulings):
        return "may not act"
    if asking:
        return f"asks {who.told if who else 'an approver'}"
    return "acts without asking" if rulings else "ended before policy ruled"


def read(events: Sequence[Event], unrehearsed: ToolCall | None = None) -> Outcome:
    """Return what a run came to.

    Raises:
        UnfitLogError: The log holds no ranking, or something else in the place of one.
    """
    try:
        return _read(events, unrehearsed)
    except (ValidationError, KeyError, TypeError) as error:
        raise UnfitLogError(f"what the run came to cannot be read in its log: {error}") from error


def _read(events: Sequence[Event], unrehearsed: ToolCall | None) -> Outcome:
    ranked = opinion.ranking(events)
    if ranked is None:
        raise UnfitLogError("the log holds no ranking of causes")
    said = _newest(events, EventKind.MODEL_OPINION)
    picked = _newest(events, EventKind.MODEL_CHOICE)
    withheld = _newest(events, EventKind.PLAN_WITHHELD)
    own = [event for event in events if _is_own(event)]
    merged = _newest(own, EventKind.MERGED)
    return Outcome(
        diagnosis=Diagnosis.model_validate(ranked),
        opinion=ModelOpinion.model_validate(said["opinion"]) if said else None,
        choice=ModelChoice.model_validate(picked["choice"]) if picked else None,
        plans=tuple(_plans(events)),
        withheld=NoPlan.model_validate(withheld) if withheld else None,
        merged_into=str(merged["into"]) if merged else "",
        unrehearsed=unrehearsed,
    )


def _is_own(event: Event) -> bool:
    """Return whether it befell this incident: that another one became part of it is in its log too."""
    return bool(event.payload.get("incident_id", event.incident_id) == event.incident_id)


def _newest(events: Sequence[Event], kind: EventKind) -> Json | None:
    return next((event.payload for event in reversed(events) if event.kind is kind), None)


def _plans(events: Sequence[Event]) -> list[Ruled]:
    """Return what was proposed since causes were ranked last: what was planned before is over."""
    found: list[Ruled] = []
    for event in events:
        match event.kind:
            case EventKind.CAUSES_RANKED:
                found = []
            case EventKind.PLAN_PROPOSED:
                found.append(Ruled(Plan.model_validate(event.payload["plan"])))
            case EventKind.POLICY_RULED if found:
                rulings = event.payload["rulings"]
                read_all = tuple(PolicyRuling.model_validate(item) for item in rulings)
                found[-1] = Ruled(found[-1].plan, read_all)
            case _:
                pass
    return found


def named(call: ToolCall) -> str:
    """Return a call in the one form that it has, whatever order a database keeps its arguments in."""
    ordered = dict(sorted(call.arguments.items()))
    return str(call.model_copy(update={"arguments": ordered}))


def _name(cause: Cause) -> str:
    return f"{cause.fault_class} of {cause.object}"


def _cause(rank: int, cause: Cause) -> Json:
    findings = {
        f"{item.stance} {item.rule}": {
            "weight": item.weight,
            "statement": item.statement,
            "evidence": list(item.evidence_ids),
        }
        for item in cause.findings
    }
    return {
        "rank": rank,
        "confidence": cause.confidence,
        "statement": cause.statement,
        "facts": cause.facts,
        "findings": findings,
        "explanation": list(cause.explanation),
    }


def _plan(plan: Plan) -> Json:
    said = plan.model_dump(mode="json", exclude={"actions"})
    actions = {named(item.call): item for item in plan.actions}
    return {**said, "actions": {call: _action(item) for call, item in actions.items()}}


def _action(action: Action) -> Json:
    return action.model_dump(mode="json", exclude={"call"})


def _rulings(ruled: Ruled) -> Iterator[tuple[str, Json]]:
    calls = {action.id: named(action.call) for action in ruled.plan.actions}
    for item in ruled.rulings:
        said = item.model_dump(mode="json", exclude={"action_id"})
        yield calls.get(item.action_id, str(item.action_id)), said
