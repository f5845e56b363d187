"""Service accounts that are refused what their workload needs."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import sayings, wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_REFUSED = re.compile(
    r'is forbidden: User "?system:serviceaccount:([\w-]+):([\w.-]+)"? cannot (\w+) resource "?([\w./-]+)"?'
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads that are refused by the API server, in its own words."""
    for said in sayings.sayings(view, "is forbidden: User"):
        found = _REFUSED.search(said.line)
        is_unwell = wellbeing.is_unwell(view, said.owner)
        if found is None or (said.is_previous and not is_unwell):
            continue
        namespace, account, verb, resource = found.groups()
        given = sum(_is_for(item.subjects, namespace, account) for item in view.snapshot.bindings)
        yield cause(
            Suspect(FaultClass.PERMISSION_DENIED_BY_RBAC, said.owner),
            "words.forbidden",
            weights.POD_STATE if is_unwell else weights.CONTRADICTION,
            f"service account {account} of {said.owner.name} may not {verb} {resource}; "
            f"{given} bindings name it",
            [said.source],
            account=f"{namespace}/{account}",
            verb=verb,
            resource=resource,
        )


def _is_for(subjects: tuple[str, ...], namespace: str, account: str) -> bool:
    return f"ServiceAccount/{namespace}/{account}" in subjects
