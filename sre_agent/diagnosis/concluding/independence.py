"""Two faults at once: whether two causes are both real, or two readings of the same trouble."""

from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.causes import Cause, Stance
from sre_agent.domain.objects import ObjectRef

SURE = 0.8
"""Each of two causes has to be this likely by itself before both are believed."""
OWN_STATE = ("pods.", "nodes.")
"""Rules that speak of the object's own state, which no callee and no caller can feign."""
OWN_SIGNALS = "signals.own_signals_shifted"
EXCUSED = "victim."


def are_independent(situation: Situation, first: Cause, second: Cause) -> bool:
    """Return whether two causes stand side by side, so that neither is the other's rival.

    Each needs trouble that shows at its own object. What an object serves proves nothing where it
    depends on the other, unless that one still serves as before: then only its own pods' state does.
    """
    if first.object == second.object:
        return False
    if not (_stands(first) and _stands(second)):
        return False
    return _is_own(situation, first, second) and _is_own(situation, second, first)


def _stands(cause: Cause) -> bool:
    is_excused = any(item.rule.startswith(EXCUSED) for item in cause.findings)
    return cause.confidence >= SURE and not is_excused


def _is_own(situation: Situation, cause: Cause, other: Cause) -> bool:
    """Return whether a cause shows at its own object in a way that the other does not explain."""
    rules = [item.rule for item in cause.findings if item.stance is Stance.FOR]
    if any(rule.startswith(OWN_STATE) for rule in rules):
        return True
    is_free = not situation.graph.path(cause.object, other.object)
    return OWN_SIGNALS in rules and (is_free or serves_as_before(situation, other))


def serves_as_before(situation: Situation, cause: Cause) -> bool:
    """Return whether the object of a cause is seen to serve its requests as before."""
    health = situation.health.get(cause.object)
    return health is not None and health.is_normal


def explains(situation: Situation, cause: Cause, ref: ObjectRef) -> bool:
    """Return whether trouble of a workload may come from a cause: its own, or one it depends on."""
    if cause.object.kind == "Node":
        seen = situation.case.workloads.get(ref)
        return any(pod.node == cause.object.name for pod in (seen.fact.pods if seen else ()))
    return bool(situation.graph.path(ref, cause.object))
