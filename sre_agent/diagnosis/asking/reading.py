"""Whether a runbook of the service at fault is worth looking for: alerts often name another one."""

from collections.abc import Iterator, Sequence

from sre_agent.diagnosis.asking.questions import SPECIALIST_OF, Topic
from sre_agent.domain import observations
from sre_agent.domain.causes import Cause, Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.runbooks import RunbookMatches

HOLDERS = frozenset({"Namespace", "Node"})


def ask(evidence: Sequence[Evidence], cause: Cause) -> Iterator[Question]:
    """Ask for the runbooks of a cause's object, unless nobody can look or somebody did.

    What holds many services has none of its own.
    """
    if cause.object.kind in HOLDERS:
        return
    searches = [observations.read(item, RunbookMatches) for item in evidence]
    searched = {item.service for item in searches if item}
    if searched and cause.object.name not in searched:
        yield Question(
            specialist=SPECIALIST_OF[Topic.RUNBOOK],
            topic=Topic.RUNBOOK,
            object=cause.object,
            reason="it is the cause, and its own runbook may say what to do",
        )
