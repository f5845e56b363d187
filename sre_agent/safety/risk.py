"""Who feels an action, and how much can go wrong."""

from collections.abc import Sequence

from sre_agent.domain.actions import ActionKind
from sre_agent.domain.causes import Dependency
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.plan import BlastRadius, Risk

MANY_PODS = 20
MANY_CALLERS = 5

_GROWING = (Risk.LOW, Risk.MEDIUM, Risk.HIGH)


def blast_radius(
    target: ObjectRef, workload: Workload | None, dependencies: Sequence[Dependency]
) -> BlastRadius:
    """Return the pods that change with a workload and all that call it, directly or not."""
    pods = max(workload.replicas.desired, len(workload.pods)) if workload else 0
    reached = [target]
    for ref in reached:
        reached += [
            item.caller
            for item in dependencies
            if item.callee == ref and item.caller not in reached
        ]
    callers = tuple(sorted(ref.name for ref in reached[1:]))
    counted = f"{pods} pods of {target.name} are replaced or change" if workload else "pods unknown"
    felt = f"felt by {', '.join(callers)}" if callers else "no caller is known"
    return BlastRadius(pods=pods, callers=callers, statement=f"{counted}; {felt}")


def of_one_pod(radius: BlastRadius, workload: ObjectRef) -> BlastRadius:
    """Return the radius of what befalls one pod of a workload: its callers have the other pods."""
    return radius.model_copy(
        update={"pods": 1, "statement": f"one pod of {workload.name} is replaced"}
    )


def of_scaling(radius: BlastRadius, workload: ObjectRef, replicas: int) -> BlastRadius:
    """Return the radius of another number of pods: those that stay are left alone."""
    most = max(radius.pods, replicas)
    felt = radius.statement.partition("; ")[2]
    statement = f"pods of {workload.name} are added or taken away, to {most} at most; {felt}"
    return radius.model_copy(update={"pods": most, "statement": statement})


def assess(least: Risk, radius: BlastRadius, kind: ActionKind | None) -> Risk:
    """Return the risk of an action: at least what repair and kind say, more when many feel it.

    What is of no known kind is of high risk.
    """
    if radius.pods >= MANY_PODS or len(radius.callers) >= MANY_CALLERS:
        return Risk.HIGH
    return max(least, kind.least_risk if kind else Risk.HIGH, key=_GROWING.index)
