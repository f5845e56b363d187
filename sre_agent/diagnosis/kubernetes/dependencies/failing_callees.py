"""Workloads that say that somebody they call fails: in the cluster, or outside of it."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import hosts, sayings, wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.sayings import Saying
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_WORDS = (
    "connection refused",
    "Connection refused",
    "ECONNREFUSED",
    "connect timed out",
    "Connect timed out",
    "ETIMEDOUT",
    "i/o timeout",
    "deadline exceeded",
    "Read timed out",
    "503 Service Unavailable",
    "502 Bad Gateway",
    "504 Gateway",
    "failed to connect to all addresses",
)
_OUTSIDE = re.compile(
    r"(?:https?://|[Hh]ost[ :=]+|lookup |to |tcp )((?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|cloud|co|eu|de|uk|app|ai))\b"
)
_INSIDE = (".svc", ".local", ".internal")


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a callee's failure where a workload names it; the callee's own trouble says more."""
    for said in sayings.sayings(view, *_WORDS):
        if said.is_previous and not wellbeing.is_unwell(view, said.owner):
            continue
        outside = _OUTSIDE.search(said.line)
        if outside and not outside[1].endswith(_INSIDE):
            yield _external(said, outside[1])
        elif callee := _inside(view, said):
            yield cause(
                Suspect(FaultClass.DEPENDENCY_FAILURE, said.owner),
                "logs.callee",
                weights.HINT,
                f"{said.owner.name} says that {callee} fails: {said.quote('onnect')}",
                [said.source],
                callee=callee,
            )


def _external(said: Saying, host: str) -> Hypothesis:
    return cause(
        Suspect(FaultClass.EXTERNAL_SERVICE_FAILURE, said.owner),
        "words.external",
        weights.WORDS_IN_PASSING,
        f"{said.owner.name} does not get through to {host}: {said.quote(host)}",
        [said.source],
        host=host,
    )


def _inside(view: View, said: Saying) -> str:
    for host, _ in hosts.in_text(said.line):
        service = hosts.service_of(view, said.owner.namespace, host)
        if service and said.owner not in view.behind(service):
            return service.meta.ref.name
    return ""
