"""Whether a runbook of the cause is worth looking for: alerts name other services, and no causes."""

from collections.abc import Iterator, Sequence

from sre_agent.diagnosis.asking.questions import SPECIALIST_OF, Topic
from sre_agent.domain import observations
from sre_agent.domain.causes import Cause, Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.runbooks import RunbookMatches

HOLDERS = frozenset({"Namespace", "Node"})


def ask(evidence: Sequence[Evidence], cause: Cause) -> Iterator[Question]:
    """Ask for the runbooks of a cause's object and class, unless nobody can look or somebody did.

    What holds many services has none of its own, but its fault may have.
    """
    searches = [item for each in evidence if (item := observations.read(each, RunbookMatches))]
    if not searches:
        return
    is_own = cause.object.kind in HOLDERS or cause.object.name in {it.service for it in searches}
    is_found = any(
        cause.fault_class in match.fault_classes for it in searches for match in it.matches
    )
    if is_own and (is_found or cause.fault_class in {it.fault_class for it in searches}):
        return
    yield Question(
        specialist=SPECIALIST_OF[Topic.RUNBOOK],
        topic=Topic.RUNBOOK,
        object=cause.object,
        reason="it is the cause, and a runbook of it may say what to do",
        arguments={"fault_class": cause.fault_class},
    )
