"""Admission webhooks."""

from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.cluster.rules import Webhook
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.objects.fields import Json, entries, section, text
from sre_agent.manifests.objects.meta import meta


def validating(item: Json, source: EvidenceId) -> tuple[Webhook, ...]:
    """Return the webhooks of a ValidatingWebhookConfiguration."""
    return _webhooks("ValidatingWebhookConfiguration", item, source)


def mutating(item: Json, source: EvidenceId) -> tuple[Webhook, ...]:
    """Return the webhooks of a MutatingWebhookConfiguration."""
    return _webhooks("MutatingWebhookConfiguration", item, source)


def _webhooks(kind: str, item: Json, source: EvidenceId) -> tuple[Webhook, ...]:
    head = meta(kind, item, source)
    return tuple(_webhook(head, each) for each in entries(item, "webhooks"))


def _webhook(head: Meta, item: Json) -> Webhook:
    client = section(item, "clientConfig")
    target = section(client, "service")
    return Webhook(
        meta=head,
        name=text(item, "name"),
        failure_policy=text(item, "failurePolicy") or "Fail",
        service=ObjectRef(
            kind="Service", namespace=text(target, "namespace"), name=text(target, "name")
        )
        if target
        else None,
        url=text(client, "url"),
        has_ca=bool(text(client, "caBundle")),
    )
