"""Containers whose requests or limits a LimitRange does not let in."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.admission.refusals import refusals, short_of
from sre_agent.diagnosis.kubernetes.amounts import written
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Amounts, ContainerSpec
from sre_agent.domain.cluster.rules import LimitRange
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass

_SAID = re.compile(
    r"(?P<bound>maximum|minimum) (?P<resource>\S+) usage per (?P<kind>Container|Pod) is .+|"
    r"(?P<ratio>\S+) max limit to request ratio per .+",
    re.DOTALL,
)
_RULE = "admission.limit_range"


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the workloads that a range refuses, or would: pods are missing and the numbers clash."""
    for refusal in refusals(view):
        found = _SAID.search(refusal.said)
        if found:
            suspect = Suspect(FaultClass.LIMIT_RANGE_VIOLATION, refusal.owner)
            statement = f"{refusal.owner} is refused by a limit range: {found[0].strip(' .')}"
            yield cause(suspect, _RULE, weights.POD_STATE, statement, refusal.evidence)
    for ref, workload in view.workloads.items() if view.snapshot.limit_ranges else ():
        if short_of(view, ref):
            yield from _clashes(view, workload)


def _clashes(view: View, workload: Workload) -> Iterator[Hypothesis]:
    ref = workload.meta.ref
    for bounds in view.snapshot.limit_ranges:
        if bounds.meta.ref.namespace != ref.namespace:
            continue
        for container in workload.template.containers:
            clash = _clash(bounds, container)
            if clash:
                suspect = Suspect(FaultClass.LIMIT_RANGE_VIOLATION, ref)
                statement = f"{ref} lacks pods, and its container {container.name} {clash}"
                ids = (workload.meta.source, bounds.meta.source)
                rule = f"{_RULE}_clash"
                yield cause(suspect, rule, weights.CONTRADICTION, statement, ids)


def _clash(bounds: LimitRange, container: ContainerSpec) -> str:
    name = bounds.meta.ref.name
    for (kind, resource), bound in sorted(bounds.maximum.items()):
        limit = _amount(container.limits, resource)
        if kind == "Container" and limit is not None and limit > bound:
            return (
                f"has a {resource} limit of {written(resource, limit)}, "
                f"above the {written(resource, bound)} of {name}"
            )
    for (kind, resource), bound in sorted(bounds.minimum.items()):
        asked = _amount(container.requests, resource)
        if kind == "Container" and asked is not None and asked < bound:
            return (
                f"asks for {written(resource, asked)} of {resource}, "
                f"below the {written(resource, bound)} of {name}"
            )
    return ""


def _amount(amounts: Amounts, resource: str) -> float | None:
    match resource:
        case "cpu":
            return amounts.cpu
        case "memory":
            return amounts.memory
        case "ephemeral-storage":
            return amounts.ephemeral_storage
        case _:
            return amounts.others.get(resource)
