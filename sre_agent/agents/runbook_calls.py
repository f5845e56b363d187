"""Which runbooks to look for, and which of those that were found to read."""

from collections.abc import Iterator, Sequence

from sre_agent.diagnosis.asking import reading
from sre_agent.domain import observations
from sre_agent.domain.causes import Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.runbooks import RunbookMatches
from sre_agent.domain.tools import ToolCall

MAX_SEARCHES = 6
MAX_READ = 6
_BY_NAME = frozenset({"alert", "service", "fault_class"})


def plan(
    server: str, incident: Incident, names: Sequence[str], evidence: Sequence[Evidence]
) -> Iterator[ToolCall]:
    """Return the searches for an incident, then the calls that read the best of what was found.

    Args:
        server: who is asked.
        incident: whose alerts are looked up.
        names: the workloads in question, the most important first; the incident's service is added.
        evidence: what was brought so far.
    """
    pods = {alert.labels.get("pod") for alert in incident.alerts}
    spoken = [name for name in (*names, incident.service) if name and name not in pods]
    services = tuple(dict.fromkeys(spoken)) or ("",)
    alerts = sorted({alert.name for alert in incident.alerts}) or [""]
    pairs = [(alert, service) for service in services for alert in alerts]
    for alert, service in pairs[:MAX_SEARCHES]:
        asked = {"alert": alert, "service": service}
        arguments = {key: value for key, value in asked.items() if value}
        yield ToolCall(server=server, tool="search_runbooks", arguments=arguments)
    for id_ in _worth_reading(evidence)[:MAX_READ]:
        yield ToolCall(server=server, tool="get_runbook", arguments={"id": id_})


def by_class(server: str, questions: Sequence[Question]) -> Iterator[ToolCall]:
    """Return the searches for the classes of fault that questions name, of what they befell.

    What holds many services has no runbooks of its own: those for any service are looked for.
    """
    for question in questions:
        fault_class = question.arguments.get("fault_class")
        if fault_class:
            is_holder = question.object.kind in reading.HOLDERS
            service = {} if is_holder else {"service": question.object.name}
            arguments = {"fault_class": fault_class, **service}
            yield ToolCall(server=server, tool="search_runbooks", arguments=arguments)


def _worth_reading(evidence: Sequence[Evidence]) -> list[str]:
    """Return the ids worth reading: those found by name, and of each search the best in any case."""
    found: dict[str, float] = {}
    for item in evidence:
        searched = observations.read(item, RunbookMatches)
        for rank, match in enumerate(searched.matches if searched else ()):
            if rank == 0 or _BY_NAME.intersection(match.matched):
                found[match.id] = max(found.get(match.id, 0.0), match.score)
    return sorted(found, key=lambda id_: (-found[id_], id_))
