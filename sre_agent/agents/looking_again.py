"""Which calls are made once more: those whose answers change while one watches."""

from collections.abc import Sequence

from sre_agent.agents.calls import key
from sre_agent.agents.specialists import Specialist
from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.domain.causes import Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.tools import ToolCall

RENEWABLE = frozenset(
    {
        "kubernetes.workload",
        "kubernetes.events",
        "kubernetes.objects",
        "metrics.golden_signals",
        "metrics.resource_use",
        "metrics.alerts",
        "metrics.series",
        "traces.spans",
    }
)
"""Kinds of evidence that a second look may find changed."""


def repeat_calls(
    specialist: Specialist, questions: Sequence[Question], evidence: Sequence[Evidence]
) -> list[ToolCall]:
    """Return the calls to make once more for questions that ask to look again, each once.

    They are those whose answers change while one watches: about the objects that are asked about,
    and about the namespace as a whole.
    """
    again = [item for item in questions if item.topic == Topic.AGAIN]
    if not any(item.specialist == specialist.name for item in again):
        return []
    names = {item.object.name for item in again}
    found = {
        key(item.call): item.call
        for item in evidence
        if item.kind in RENEWABLE
        and item.specialist == specialist.name
        and (item.subject is None or item.subject.name in names)
    }
    return list(found.values())
