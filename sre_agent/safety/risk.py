"""How much can go wrong with an action, from 0 to 100: computed from what it is, and where.

Every circumstance adds its points and takes none away, so that more pods, more callers or a more
important service can never make an action look safer. What is not known is counted as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from sre_agent.domain.actions import ActionKind
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, Plan, Risk
from sre_agent.domain.risk import RiskScore, RiskTerm
from sre_agent.safety import risk_terms as terms

MEDIUM_FROM = 35
HIGH_FROM = 65
MANY_PODS = 20
MANY_CALLERS = 5
MOST = 100

_GROWING = (Risk.LOW, Risk.MEDIUM, Risk.HIGH)
_STARTS_AT = {Risk.LOW: 0, Risk.MEDIUM: MEDIUM_FROM, Risk.HIGH: HIGH_FROM}


@dataclass(frozen=True)
class Change:
    """What is to be done: to what, how widely, whether it can be taken back, and how sure one is.

    `least` is what it is at least, whatever else is known; `confidence` that of the cause.
    """

    target: ObjectRef
    radius: BlastRadius
    has_inverse: bool
    least: Risk
    confidence: float
    pods_lost: int = 1
    """How many pods serve less at a time: those that scaling takes away, else one after the other."""

    @classmethod
    def of(cls, action: Action, plan: Plan) -> Self:
        """Return what an action of a plan is to do."""
        figures = action.dry_run.figures if action.dry_run else ()
        lost = [
            (item.before or 0) - (item.after or 0) for item in figures if item.name == "replicas"
        ]
        return cls(
            target=action.target,
            radius=action.blast_radius,
            has_inverse=action.inverse is not None,
            least=action.risk,
            confidence=plan.confidence,
            pods_lost=max(lost, default=1),
        )


@dataclass(frozen=True)
class Setting:
    """Where it would be done; None is not known.

    `environment_points` is what policy says the environment counts for; `tier` the service's, 1 the
    most important; `budget_left` the share of its error budget, from 0 to 1; `burns_fast` whether it
    is being used up fast now.
    """

    environment: str | None = None
    environment_points: int = terms.ENVIRONMENT
    tier: int | None = None
    budget_left: float | None = None
    burns_fast: bool | None = None


def score(change: Change, kind: ActionKind | None, setting: Setting | None = None) -> RiskScore:
    """Return the risk of a change; without a setting, only what lies in the change itself."""
    found = [*_of_change(change, kind), *(_of_setting(setting) if setting else ())]
    total = min(MOST, sum(item.points for item in found))
    floor, why = _floor(change, kind)
    missing = _STARTS_AT[floor] - total
    if missing > 0:
        told = f"never less than {floor}: {why}"
        found.append(RiskTerm(name="floor", points=missing, statement=told))
    return RiskScore(score=max(total, _STARTS_AT[floor]), terms=tuple(found))


def level(points: int) -> Risk:
    """Return low, medium or high for a score."""
    if points >= HIGH_FROM:
        return Risk.HIGH
    return Risk.MEDIUM if points >= MEDIUM_FROM else Risk.LOW


def _of_change(change: Change, kind: ActionKind | None) -> Iterator[RiskTerm]:
    radius, target = change.radius, change.target
    yield terms.of_kind(kind)
    yield terms.of_pods(radius, target)
    yield terms.of_callers(radius, target)
    yield terms.of_traffic(radius, target)
    yield terms.of_state(radius, target)
    yield terms.of_disruptions(radius, target, change.pods_lost)
    yield terms.of_undo(has_inverse=change.has_inverse)
    yield terms.of_newness(radius, target)
    yield terms.of_confidence(change.confidence)


def _of_setting(setting: Setting) -> Iterator[RiskTerm]:
    yield terms.of_environment(setting.environment, setting.environment_points)
    yield terms.of_tier(setting.tier)
    yield terms.of_budget(setting.budget_left, setting.burns_fast)


def _floor(change: Change, kind: ActionKind | None) -> tuple[Risk, str]:
    """Return below what no circumstance takes an action, and why."""
    reasons: Sequence[tuple[Risk, str]] = (
        (change.least, "so the plan says"),
        (kind.least_risk, "so is its kind") if kind else (Risk.HIGH, "nobody knows its kind"),
        (_if(change.radius.pods >= MANY_PODS), f"{MANY_PODS} pods or more change"),
        (
            _if(len(change.radius.callers) >= MANY_CALLERS),
            f"{MANY_CALLERS} callers or more feel it",
        ),
    )
    return max(reasons, key=lambda item: _GROWING.index(item[0]))


def _if(is_much: bool) -> Risk:  # noqa: FBT001 - its name asks for it
    return Risk.HIGH if is_much else Risk.LOW
