"""What a quota refused, in the API server's words: which of its resources, and by how much."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.admission.quota_resources import fault_of
from sre_agent.diagnosis.kubernetes.admission.refusals import Refusal, refusals
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.quantities import quantity

_EXCEEDED = re.compile(
    r"exceeded quota: (?P<quota>\S+), requested: (?P<requested>\S+), "
    r"used: (?P<used>\S+), limited: (?P<limited>\S+)"
)
_MUST_SPECIFY = re.compile(
    r"failed quota: (?P<quota>[^:\s]+): must specify (?P<resources>[\w.,/ -]+)"
)


@dataclass(frozen=True)
class Excess:
    """A resource of a quota that does not suffice, as written."""

    resource: str
    statement: str


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the quota of each namespace in which it refuses what a workload needs."""
    for refusal in refusals(view):
        for quota, excess in _excesses(refusal.said):
            target = ObjectRef(kind="Namespace", namespace="", name=refusal.owner.namespace)
            suspect = Suspect(fault_of(excess.resource), target)
            statement = f"{refusal.owner} cannot be scaled: quota {quota} {excess.statement}"
            evidence = (*refusal.evidence, *_quota_evidence(view, refusal, quota))
            yield cause(
                suspect,
                "admission.quota_refused",
                weights.CLUSTER_SAYS_AND_SHOWS,
                statement,
                evidence,
                quota=quota,
                resource=excess.resource,
                refused=str(refusal.owner),
            )


def _excesses(said: str) -> Iterator[tuple[str, Excess]]:
    exceeded = _EXCEEDED.search(said)
    if exceeded:
        for resource, statement in _over(exceeded):
            yield exceeded["quota"], Excess(resource, statement)
    demanded = _MUST_SPECIFY.search(said)
    if demanded:
        for resource in re.split(r"[,\s]+", demanded["resources"].partition(" for")[0].strip()):
            yield demanded["quota"], Excess(resource, f"demands that {resource} be set")


def _over(exceeded: re.Match[str]) -> list[tuple[str, str]]:
    """Return the resources whose sum is beyond the bound; all that were named if none can be read."""
    requested, used, limited = (
        dict(pair.partition("=")[::2] for pair in exceeded[name].split(","))
        for name in ("requested", "used", "limited")
    )
    texts = {
        name: f"allows {limited.get(name)} of {name}, of which {used.get(name)} are used, "
        f"and {amount} more were asked for"
        for name, amount in requested.items()
    }
    beyond = [
        name
        for name, amount in requested.items()
        if _number(amount) + _number(used.get(name)) > _number(limited.get(name))
    ]
    return [(name, texts[name]) for name in beyond or requested]


def _number(text: str | None) -> float:
    return quantity(text or "") or 0.0


def _quota_evidence(view: View, refusal: Refusal, name: str) -> list[EvidenceId]:
    ref = ObjectRef(kind="ResourceQuota", namespace=refusal.owner.namespace, name=name)
    return [item.meta.source for item in view.snapshot.quotas if item.meta.ref == ref]
