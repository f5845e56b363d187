"""Pods that are not made because the account they should run as is not there."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.admission.refusals import refusals, short_of
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_SAID = re.compile(r'service ?account "(?P<name>[^"]+)" not found', re.IGNORECASE)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the workloads whose ServiceAccount is missing."""
    for refusal in refusals(view):
        said = _SAID.search(refusal.said)
        if said and not _is_there(view, refusal.owner.namespace, said["name"]):
            yield cause(
                Suspect(FaultClass.MISSING_SERVICE_ACCOUNT, refusal.owner),
                "admission.account_not_found",
                weights.CLUSTER_SAYS_AND_SHOWS,
                f'{refusal.owner} gets no pods: ServiceAccount "{said["name"]}" is not there',
                refusal.evidence,
                service_account=said["name"],
            )
    yield from _unsaid(view)


def _unsaid(view: View) -> Iterator[Hypothesis]:
    """Suspect the workloads that lack pods and name an account that no list has."""
    if not view.knows_all("ServiceAccount"):
        return
    for ref, workload in view.workloads.items():
        name = workload.template.service_account
        if not name or not short_of(view, ref) or not _is_missing(view, ref.namespace, name):
            continue
        yield cause(
            Suspect(FaultClass.MISSING_SERVICE_ACCOUNT, ref),
            "admission.account_not_listed",
            weights.CONTRADICTION + weights.HINT,
            f'{ref} lacks pods, and its ServiceAccount "{name}" is not there',
            (workload.meta.source, view.source("ServiceAccount")),
            service_account=name,
        )


def _is_there(view: View, namespace: str, name: str) -> bool:
    ref = ObjectRef(kind="ServiceAccount", namespace=namespace, name=name)
    return any(item.meta.ref == ref for item in view.snapshot.service_accounts)


def _is_missing(view: View, namespace: str, name: str) -> bool:
    return namespace in view.snapshot.namespaces and not _is_there(view, namespace, name)
