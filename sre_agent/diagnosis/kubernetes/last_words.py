"""What a container wrote before it ended: the exception it died of, or the line that best says why."""

import re
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.logs import exceptions
from sre_agent.domain.cluster.snapshot import ContainerLog
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

SHOWN = 200
"""Characters that are quoted."""
_LAST = 50
"""Lines before the end in which the reason is looked for."""
_SEVERE = re.compile(r"\b(?:fatal|panic|critical|error)\b", re.IGNORECASE)


@dataclass(frozen=True)
class LastWords:
    """What is quoted, and where it stands."""

    text: str
    source: EvidenceId


def find(view: View, owner: ObjectRef, container: str) -> LastWords | None:
    """Return the last words of a workload's container; those of a run that ended go first."""
    logs = [
        log
        for log in view.logs_of.get(owner, ())
        if log.container in {container, ""} and any(line.strip() for line in log.lines)
    ]
    log = max(logs, key=lambda each: each.is_previous, default=None)
    return LastWords(_telling(log)[:SHOWN], log.source) if log else None


def _telling(log: ContainerLog) -> str:
    lines = [line for line in log.lines if line.strip()][-_LAST:]
    raised = [found for found in map(exceptions.cause, exceptions.fold(lines)) if found]
    if raised:
        return ": ".join(filter(None, (raised[-1].name, raised[-1].message)))
    severe = [line for line in lines if _SEVERE.search(line)]
    return (severe or lines)[-1].strip()
