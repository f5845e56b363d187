"""Who feels an action, and how much can go wrong."""

from collections.abc import Sequence

from sre_agent.domain.causes import Dependency
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.plan import BlastRadius, Risk

MANY_PODS = 20
MANY_CALLERS = 5


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


def assess(least: Risk, radius: BlastRadius) -> Risk:
    """Return the risk of an action: at least what its playbook says, more when many feel it."""
    if radius.pods >= MANY_PODS or len(radius.callers) >= MANY_CALLERS:
        return Risk.HIGH
    return least
