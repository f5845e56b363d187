"""Pods that a controller is refused to make."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_CONDITION = "ReplicaFailure"


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads whose pods are refused, in the API server's words.

    Why (a quota, an account, a policy) is for narrower analyzers to say.
    """
    for ref, item in view.workloads.items():
        if item.desired is not None and item.current >= item.desired:
            continue
        said = [
            (found.message or found.reason, item.meta.source)
            for found in item.conditions
            if found.type == _CONDITION and found.status == "True"
        ] + [
            (event.message, event.source)
            for event in view.events_about(ref)
            if event.reason == "FailedCreate" and wellbeing.is_recent(view, event)
        ]
        if said:
            message, source = said[0]
            yield cause(
                Suspect(FaultClass.POD_CREATION_FAILED, ref),
                "workload.pod_creation",
                weights.GENERIC_STATE,
                f"pods of {ref.name} are refused: {message[:200]}",
                [source],
            )
