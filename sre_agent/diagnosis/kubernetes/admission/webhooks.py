"""Admission webhooks: those that answer no, and those that do not answer."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.admission.refusals import Refusal, refusals
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.rules import Webhook
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_DENIED = re.compile(
    r'admission webhook "(?P<name>[^"]+)" denied the request:?\s*(?P<why>.*)', re.DOTALL
)
_FAILED = re.compile(r'failed calling webhook "(?P<name>[^"]+)":?\s*(?P<why>.*)', re.DOTALL)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect webhooks that refuse or do not answer, and those whose Service is not there."""
    for refusal in refusals(view):
        yield from _said(view, refusal)
    for hook in view.snapshot.webhooks:
        yield from _leads_nowhere(view, hook)


def _said(view: View, refusal: Refusal) -> Iterator[Hypothesis]:
    denied, failed = _DENIED.search(refusal.said), _FAILED.search(refusal.said)
    if denied:
        why = denied["why"].strip()
        yield cause(
            Suspect(FaultClass.WEBHOOK_DENIED, refusal.owner),
            "admission.webhook_denied",
            weights.POD_STATE,
            f"{refusal.owner} is refused by webhook {denied['name']}: {why}",
            refusal.evidence,
            webhook=denied["name"],
        )
    elif failed:
        hook = _configured(view, failed["name"])
        target = hook.meta.ref if hook else refusal.owner
        ids = (*refusal.evidence, hook.meta.source) if hook else refusal.evidence
        why = failed["why"].strip()
        yield cause(
            Suspect(FaultClass.WEBHOOK_UNAVAILABLE, target),
            "admission.webhook_unanswered",
            weights.POD_STATE,
            f"webhook {failed['name']} does not answer, so {refusal.owner} gets no pods: {why}",
            ids,
            webhook=failed["name"],
        )


def _configured(view: View, name: str) -> Webhook | None:
    return next((item for item in view.snapshot.webhooks if item.name == name), None)


def _leads_nowhere(view: View, hook: Webhook) -> Iterator[Hypothesis]:
    """Suspect a webhook that must answer and has nobody to."""
    service = hook.service
    if service is None or hook.failure_policy != "Fail" or not _is_listed(view, service):
        return
    there = view.services.get((service.namespace, service.name))
    addresses = view.endpoints.get((service.namespace, service.name))
    if there is None:
        why, ids = f"{service} is not there", (hook.meta.source, view.source("Service"))
    elif addresses is not None and not addresses.ready:
        why, ids = f"{service} has no ready pods", (hook.meta.source, addresses.meta.source)
    else:
        return
    yield cause(
        Suspect(FaultClass.WEBHOOK_UNAVAILABLE, hook.meta.ref),
        "admission.webhook_leads_nowhere",
        weights.CONTRADICTION,
        f"webhook {hook.name} must be asked before objects are made, and {why}",
        ids,
        webhook=hook.name,
    )


def _is_listed(view: View, service: ObjectRef) -> bool:
    return view.knows_all("Service") and service.namespace in view.snapshot.namespaces
