"""Which services an action reaches: where trouble that begins after it may be its doing."""

from collections.abc import Iterator
from typing import Any

from sre_agent.domain.objects import REPOSITORY, ObjectRef
from sre_agent.domain.plan import Action, Plan


def of(action: Action) -> dict[str, Any]:
    """Return the target and the names of the services in its namespace that an action touches.

    These are the target itself, what is repaired by it, the Services before them, and all that call
    them, directly or not. A repository is no service, and its owner no namespace.
    """
    target, repaired, radius = action.target, action.verification.object, action.blast_radius
    is_code = target.kind == REPOSITORY
    own = set() if is_code else {target.name}
    return {
        "target": str(target),
        "namespace": (not is_code and target.namespace) or repaired.namespace,
        "services": sorted({*own, repaired.name, *radius.services, *radius.callers}),
    }


def claimed(plan: Plan) -> tuple[ObjectRef, ...]:
    """Return what no other incident may repair meanwhile, each once.

    Of a repository that is the one change that is taken back, because many services are built from
    one repository, and the workload that is repaired by it.
    """
    return tuple(dict.fromkeys(ref for action in plan.actions for ref in _claimed(action)))


def _claimed(action: Action) -> Iterator[ObjectRef]:
    if action.target.kind != REPOSITORY:
        yield action.target
        return
    yield action.verification.object
    arguments = action.call.arguments
    change = arguments.get("sha") or arguments.get("pull_request")
    if change:
        target = action.target
        yield ObjectRef(kind="Change", namespace=target.namespace, name=f"{target.name}@{change}")
