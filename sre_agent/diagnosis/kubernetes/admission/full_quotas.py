"""Quotas that are used up where something that would need them is not there, though nobody said so."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.admission.lacking import Lack, lacks
from sre_agent.diagnosis.kubernetes.admission.quota_resources import fault_of
from sre_agent.diagnosis.kubernetes.amounts import written
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.rules import Quota
from sre_agent.domain.objects import ObjectRef


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect each quota that leaves no room for something its namespace lacks."""
    for quota in view.snapshot.quotas:
        namespace = quota.meta.ref.namespace
        for lack in lacks(view, namespace):
            for resource in _without_room(quota, lack):
                used, hard = quota.used.get(resource, 0.0), quota.hard[resource]
                statement = (
                    f"quota {quota.meta.ref.name} leaves no room: {written(resource, used)} of "
                    f"{written(resource, hard)} of {resource} used, and {lack.statement}"
                )
                target = ObjectRef(kind="Namespace", namespace="", name=namespace)
                yield cause(
                    Suspect(fault_of(resource), target),
                    "admission.quota_without_room",
                    weights.CONTRADICTION + lack.certainty,
                    statement,
                    (quota.meta.source, *lack.evidence),
                    quota=quota.meta.ref.name,
                    resource=resource,
                )


def _without_room(quota: Quota, lack: Lack) -> list[str]:
    """Return the resources of a quota that what is lacking does not fit into."""
    needs = {name: need for name, need in lack.needs.items() if name in quota.hard}
    return [
        name
        for name, need in sorted(needs.items())
        if quota.used.get(name, 0.0) + need > quota.hard[name]
    ]
