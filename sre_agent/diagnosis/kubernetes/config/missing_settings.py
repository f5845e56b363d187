"""Settings that programs miss: what they say of it before they end."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import missing_variable, wellbeing
from sre_agent.diagnosis.kubernetes.missing_configuration import COMPLAINT
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.snapshot import ContainerLog
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

LAST_WORDS = 20
"""What a program ends for stands in its last lines."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads whose containers keep ending and say that a setting is missing."""
    for ref, logs in view.logs_of.items():
        if not _keeps_ending(view, ref):
            continue
        for log in logs:
            said = _complaint(log)
            if said:
                variable = missing_variable.named_in(said)
                yield cause(
                    Suspect(FaultClass.MISSING_CONFIGURATION, ref),
                    "config.complaint",
                    weights.POD_STATE_FROM_LOGS + weights.NEW_ERRORS_IN_LOGS,
                    f"{ref.name} ends for want of a setting: {said}",
                    [log.source],
                    container=log.container,
                    detail=said,
                    **({"variable": variable} if variable else {}),
                )
                break


def _keeps_ending(view: View, ref: ObjectRef) -> bool:
    now = view.snapshot.taken_at
    return any(wellbeing.restarts_now(pod, now) for pod in view.pods_of.get(ref, ()))


def _complaint(log: ContainerLog) -> str:
    found = (COMPLAINT.search(line) for line in log.lines[-LAST_WORDS:])
    return next((each[0] for each in found if each), "")
