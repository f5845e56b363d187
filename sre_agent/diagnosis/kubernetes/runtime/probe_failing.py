"""Probes that fail though they ask rightly: the container itself is unwell."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.runtime import probing
from sre_agent.diagnosis.kubernetes.runtime.probing import ProbeFailure
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_CLASSES = {
    "liveness": FaultClass.LIVENESS_PROBE_FAILING,
    "readiness": FaultClass.READINESS_PROBE_FAILING,
    "startup": FaultClass.STARTUP_PROBE_FAILING,
}
_STATUS = re.compile(r"statuscode: (\d{3})")
_WRONG_PATH = frozenset({"401", "403", "404", "405"})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a container whose probe is answered badly, or not at all while it runs."""
    for failure in probing.failures(view):
        if _is_crash(view, failure):
            continue
        weight, why = _meaning(failure)
        yield cause(
            Suspect(_CLASSES[failure.kind], failure.workload),
            "probes.failing",
            weight,
            failure.say() + why,
            failure.ids,
            container=failure.container.name,
        )


def _meaning(failure: ProbeFailure) -> tuple[float, str]:
    status = _STATUS.search(failure.message)
    if status is None:
        return weights.GENERIC_STATE, ""
    if status[1] in _WRONG_PATH:
        return weights.CONTRADICTION, f"; there is no page for it at {failure.probe.path or '/'}"
    return weights.CONTRADICTION, "; the container says itself that it is unwell"


def _is_crash(view: View, failure: ProbeFailure) -> bool:
    """Return whether nobody answers because the container ends by itself."""
    if failure.ends_itself:
        return True
    if failure.kind != "readiness":
        return False
    now = view.snapshot.taken_at
    return wellbeing.is_young(failure.pod, now) or wellbeing.restarts_now(failure.pod, now)
