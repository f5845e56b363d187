"""Pods that are not made because their priority class is not there."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.admission.refusals import refusals
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_SAID = re.compile(r"no PriorityClass with name (?P<name>\S+) was found")


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the workloads whose PriorityClass is missing."""
    for refusal in refusals(view):
        said = _SAID.search(refusal.said)
        if said:
            yield cause(
                Suspect(FaultClass.MISSING_PRIORITY_CLASS, refusal.owner),
                "admission.priority_class",
                weights.POD_STATE,
                f'{refusal.owner} gets no pods: PriorityClass "{said["name"]}" is not there',
                refusal.evidence,
                priority_class=said["name"],
            )
