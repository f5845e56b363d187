"""Which of several causes that are all real an alert belongs to, and which one an incident is about."""

from collections.abc import Sequence

from sre_agent.diagnosis.concluding import independence
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.causes import Cause
from sre_agent.domain.objects import ObjectRef


def owner(seen: Situation, ref: ObjectRef, causes: Sequence[Cause]) -> Cause | None:
    """Return the cause that trouble of a workload belongs to, or None when none explains it.

    What is wrong with the workload itself comes first. Where several others could explain it,
    requests that fail are put down to what fails its requests, and then to the best cause.
    """
    own = next((item for item in causes if item.object == ref), None)
    if own is not None:
        return own
    able = [item for item in causes if independence.explains(seen, item, ref)]
    failing = [item for item in able if not independence.serves_as_before(seen, item)]
    return next(iter(failing or able), None)


def beside(seen: Situation, causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the best cause of each other object that stands beside the first one."""
    found: dict[ObjectRef, Cause] = {}
    for cause in causes:
        found.setdefault(cause.object, cause)
    top, *others = found.values()
    return tuple(item for item in others if independence.are_independent(seen, top, item))


def in_order(seen: Situation, causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes with the one first that this incident's alerts are about.

    A second failure that is surer, and that no alert of this incident belongs to, is another's.
    """
    if not causes:
        return ()
    able = (causes[0], *beside(seen, causes))
    owners = [owner(seen, anchor, able) for anchor in seen.anchors]
    first = next((item for item in able if any(item is each for each in owners)), causes[0])
    return (first, *(item for item in causes if item is not first))
