"""The questions that a person's hint asks; they prove nothing by themselves."""

from sre_agent.diagnosis.asking.questions import SPECIALIST_OF, Topic
from sre_agent.domain.causes import Question
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.steering import Hint

_EVERYTHING = (Topic.WORKLOAD, Topic.HISTORY, Topic.SIGNALS, Topic.ERROR_PATTERNS)
_TELLING = {
    FaultClass.BAD_RELEASE: (Topic.HISTORY, Topic.SIGNALS, Topic.ERROR_PATTERNS),
    FaultClass.CRASH_LOOP: (Topic.WORKLOAD, Topic.HISTORY, Topic.ERROR_PATTERNS),
    FaultClass.MISSING_CONFIGURATION: (Topic.WORKLOAD, Topic.HISTORY, Topic.ERROR_PATTERNS),
    FaultClass.OUT_OF_MEMORY: (Topic.WORKLOAD, Topic.HISTORY, Topic.SIGNALS),
    FaultClass.NO_ENDPOINTS: (Topic.WORKLOAD, Topic.SIGNALS),
}
"""What tells most of a kind of fault; of any other, everything does."""


def questions(incident: Incident, hint: Hint | None) -> tuple[Question, ...]:
    """Return what to ask in the first round: about the hint's object, else the incident's service.

    Words alone ask nothing: free text has no power.
    """
    if hint is None or (hint.object, hint.fault_class, hint.specialist) == (None, None, None):
        return ()
    about = hint.object or ObjectRef.deployment(incident.namespace, incident.service)
    topics = _TELLING.get(hint.fault_class, _EVERYTHING) if hint.fault_class else _EVERYTHING
    return tuple(
        Question(
            specialist=SPECIALIST_OF[topic],
            topic=topic,
            object=about,
            reason="a person thinks one should look there",
        )
        for topic in topics
        if hint.specialist is None or SPECIALIST_OF[topic] == hint.specialist
    )
