"""Which services an action reaches: where trouble that begins after it may be its doing."""

from typing import Any

from sre_agent.domain.plan import Action


def of(action: Action) -> dict[str, Any]:
    """Return the target and the names of the services in its namespace that an action touches.

    These are the target itself, what is repaired by it, the Services before them, and all that call
    them, directly or not.
    """
    repaired = action.verification.object
    radius = action.blast_radius
    names = {action.target.name, repaired.name, *radius.services, *radius.callers}
    return {
        "target": str(action.target),
        "namespace": action.target.namespace or repaired.namespace,
        "services": sorted(names),
    }
