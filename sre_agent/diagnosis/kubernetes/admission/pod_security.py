"""Pods that the security level of their namespace does not let in."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.admission.refusals import refusals
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_SAID = re.compile(
    r'violates PodSecurity "(?P<level>[^"]+)":?\s*(?P<why>.*)|'
    r"unable to validate against any (?:pod security policy|security context constraint)(?P<old>.*)",
    re.DOTALL,
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the workloads whose pods ask for more than their namespace allows."""
    for refusal in refusals(view):
        said = _SAID.search(refusal.said)
        if said:
            level = said["level"] or "policy"
            why = (said["why"] or said["old"] or "").strip(" :")
            yield cause(
                Suspect(FaultClass.POD_SECURITY_VIOLATION, refusal.owner),
                "admission.pod_security",
                weights.POD_STATE,
                f"{refusal.owner} gets no pods: they violate {level}: {why}",
                refusal.evidence,
                level=level,
            )
