"""What each circumstance of an action adds to its risk, with the sentence that says why.

The points are steps that only rise. They were set so that a usual repair of a usual service is of
medium risk, and that no single circumstance but the kind of change decides alone.
"""

from collections.abc import Sequence

from sre_agent.domain.actions import ActionKind
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import BlastRadius
from sre_agent.domain.risk import RiskTerm

ENVIRONMENT = 10
"""What an environment counts for that policy says nothing more of, and one that is unknown."""
KIND_UNKNOWN = 55
POINTS_PER_CALLER = 3
CALLERS_MOST = 15
TRAFFIC_UNKNOWN = 2
TIER_UNKNOWN = 3
BUDGET_UNKNOWN = 2
BURNING = 10
STATEFULSET = 10
CLAIMS = 5
DISRUPTION = 15
IRREVERSIBLE = 8
LOW_BUDGET = 0.2

_PODS = ((2, 4), (5, 8), (10, 12), (20, 16))
_SHARE_PCT = ((50, 4), (100, 8))
_TRAFFIC_PCT = ((5, 3), (20, 6), (50, 10))
_TIERS = {1: 10, 2: 6, 3: 3, 4: 0}
# Of these a smaller value is worse: the first bound that it stays below counts.
_YOUNG_S = ((600, 6), (3600, 3))
_UNSURE = ((0.6, 10), (0.75, 6), (0.9, 3))
_BUDGET = ((LOW_BUDGET, 8), (0.5, 4))


def of_kind(kind: ActionKind | None) -> RiskTerm:
    """Return what the kind of change alone counts for."""
    if kind is None:
        return _term("kind", KIND_UNKNOWN, "no catalogue knows this kind of action")
    return _term("kind", kind.risk_points, f"{kind.title} ({kind.tool})")


def of_pods(radius: BlastRadius, target: ObjectRef) -> RiskTerm:
    """Return what the number of pods, and their share of all that do the work, count for."""
    points = _reached(_PODS, radius.pods)
    told = f"{radius.pods} pods change" if radius.pods != 1 else "1 pod changes"
    # Of a single pod the share is told by what depends on it: one of one is not many.
    if radius.pods_total and radius.pods_total > 1:
        share = 100 * min(radius.pods, radius.pods_total) // radius.pods_total
        points += _reached(_SHARE_PCT, share)
        told += f", of {radius.pods_total} that do this work"
    return _term("pods", points, told, target)


def of_callers(radius: BlastRadius, target: ObjectRef) -> RiskTerm:
    """Return what those count for who call it, directly or not."""
    count = len(radius.callers)
    told = f"felt by {', '.join(radius.callers)}" if count else "no caller is known"
    return _term("dependants", min(CALLERS_MOST, POINTS_PER_CALLER * count), told, target)


def of_traffic(radius: BlastRadius, target: ObjectRef) -> RiskTerm:
    """Return what its share of the traffic counts for."""
    if radius.traffic_pct is None:
        return _term("traffic", TRAFFIC_UNKNOWN, "its share of the traffic is not known", target)
    told = f"it has {radius.traffic_pct} % of the requests of the busiest service"
    return _term("traffic", _reached(_TRAFFIC_PCT, radius.traffic_pct), told, target)


def of_state(radius: BlastRadius, target: ObjectRef) -> RiskTerm:
    """Return what it counts for that pods keep data."""
    points = (STATEFULSET if radius.is_stateful else 0) + (CLAIMS if radius.claims else 0)
    said = ["its pods have an identity of their own (StatefulSet)"] if radius.is_stateful else []
    said += [f"its pods keep data on {', '.join(radius.claims)}"] if radius.claims else []
    return _term("state", points, "; ".join(said) or "its pods are seen to keep no data", target)


def of_disruptions(radius: BlastRadius, target: ObjectRef, pods_lost: int) -> RiskTerm:
    """Return what it counts for that fewer pods would serve than their budgets want."""
    broken = [item for item in radius.disruptions if item.allowed < pods_lost]
    if broken:
        names = ", ".join(
            f"{item.name} ({item.healthy} healthy, {item.wanted} wanted)" for item in broken
        )
        told = f"fewer pods would serve than wanted by {names}"
        return _term("disruption", DISRUPTION, told, target)
    told = "within what the PodDisruptionBudgets allow" if radius.disruptions else ""
    return _term("disruption", 0, told or "no PodDisruptionBudget was seen", target)


def of_undo(*, has_inverse: bool) -> RiskTerm:
    """Return what it counts for that nothing takes the action back."""
    if has_inverse:
        return _term("undo", 0, "it can be taken back")
    return _term("undo", IRREVERSIBLE, "nothing takes it back")


def of_newness(radius: BlastRadius, target: ObjectRef) -> RiskTerm:
    """Return what it counts for that the target changed a short while ago: others may be at it."""
    seconds = radius.unchanged_s
    if seconds is None:
        return _term("newness", 0, "when it changed last is not known", target)
    told = f"it changed last {_lasting(seconds)} before it was looked at"
    return _term("newness", _below(_YOUNG_S, seconds), told, target)


def of_confidence(confidence: float) -> RiskTerm:
    """Return what doubts about the cause count for."""
    told = f"the cause is {100 * confidence:.0f} % sure"
    return _term("confidence", _below(_UNSURE, confidence), told)


def of_environment(name: str | None, points: int) -> RiskTerm:
    """Return what the environment counts for by the policy's own list."""
    if name is None:
        return _term("environment", max(points, ENVIRONMENT), "its environment is not known")
    return _term("environment", points, f"it is in {name}")


def of_tier(tier: int | None) -> RiskTerm:
    """Return what the importance of the service counts for."""
    if tier is None:
        return _term("tier", TIER_UNKNOWN, "the service's tier is not known")
    return _term("tier", _TIERS.get(tier, TIER_UNKNOWN), f"the service is of tier {tier}")


def of_budget(left: float | None, burns_fast: bool | None) -> RiskTerm:  # noqa: FBT001 - or None
    """Return what a used or burning error budget counts for."""
    if burns_fast:
        return _term("budget", BURNING, "the error budget is being used up fast")
    if left is None:
        return _term("budget", BUDGET_UNKNOWN, "the error budget is not known")
    told = f"{100 * left:.0f} % of the error budget is left"
    return _term("budget", BURNING if left <= 0 else _below(_BUDGET, left), told)


def _term(name: str, points: int, statement: str, source: ObjectRef | None = None) -> RiskTerm:
    return RiskTerm(name=name, points=points, statement=statement, object=source)


def _reached(steps: Sequence[tuple[int, int]], value: float) -> int:
    """Return the points of the highest step that a value reaches."""
    return max((points for bound, points in steps if value >= bound), default=0)


def _below(steps: Sequence[tuple[float, int]], value: float) -> int:
    """Return the points of the lowest bound that a value stays below."""
    return next((points for bound, points in steps if value < bound), 0)


def _lasting(seconds: int) -> str:
    for unit_s, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= unit_s:
            return f"{seconds // unit_s} {unit}"
    return f"{seconds} s"
