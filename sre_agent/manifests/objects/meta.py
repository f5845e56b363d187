"""What every object has: its name, kin, selectors and conditions."""

from collections.abc import Mapping
from datetime import datetime

from sre_agent.domain.cluster.meta import Condition, Meta, Requirement, Selector
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.objects.fields import Json, entries, moment, section, text, texts, words

CLUSTER_WIDE = frozenset(
    {
        "Node",
        "Namespace",
        "PersistentVolume",
        "StorageClass",
        "IngressClass",
        "GatewayClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "PriorityClass",
        "RuntimeClass",
        "CSIDriver",
    }
)
"""The kinds whose objects are in no namespace."""
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def meta(kind: str, item: Json, source: EvidenceId) -> Meta:
    """Return the head of an object of a known kind; a namespace not told is the default one."""
    head = section(item, "metadata")
    namespace = "" if kind in CLUSTER_WIDE else text(head, "namespace") or "default"
    return Meta(
        ref=ObjectRef(kind=kind, namespace=namespace, name=text(head, "name")),
        source=source,
        labels=texts(head, "labels"),
        annotations={
            key: value for key, value in texts(head, "annotations").items() if key != _LAST_APPLIED
        },
        created_at=moment(head.get("creationTimestamp")),
        deleted_at=moment(head.get("deletionTimestamp")),
        written_at=_written_at(head),
        owners=_owners(head, namespace),
    )


def _written_at(head: Json) -> datetime | None:
    """Return when somebody last wrote to an object; what is written to its status does not count."""
    times = [
        moment(each.get("time"))
        for each in entries(head, "managedFields")
        if not each.get("subresource")
    ]
    return max((at for at in times if at), default=None)


def _owners(head: Json, namespace: str) -> tuple[ObjectRef, ...]:
    """Return whom an object belongs to, its controller first; owners share its namespace."""
    listed = sorted(
        entries(head, "ownerReferences"), key=lambda owner: owner.get("controller") is not True
    )
    return tuple(
        ObjectRef(
            kind=text(owner, "kind"),
            namespace="" if text(owner, "kind") in CLUSTER_WIDE else namespace,
            name=text(owner, "name"),
        )
        for owner in listed
    )


def conditions(item: Json, *path: str) -> tuple[Condition, ...]:
    """Return the conditions in the list at a path, by default `status.conditions`."""
    return tuple(
        Condition(
            type=text(each, "type"),
            status=text(each, "status"),
            reason=text(each, "reason"),
            message=text(each, "message"),
            changed_at=moment(each.get("lastTransitionTime")),
        )
        for each in entries(item, *(path or ("status", "conditions")))
    )


def selector(value: object) -> Selector:
    """Return a label selector; an absent one selects everything, like an empty one."""
    return Selector(
        labels=texts(value, "matchLabels"),
        expressions=requirements(value, "matchExpressions"),
    )


def selector_if_any(value: object) -> Selector | None:
    """Return a label selector, or None where there is none at all."""
    return selector(value) if isinstance(value, Mapping) else None


def requirements(value: object, *path: str) -> tuple[Requirement, ...]:
    """Return the expressions in the list at a path."""
    return tuple(
        Requirement(
            key=text(each, "key"), operator=text(each, "operator"), values=words(each, "values")
        )
        for each in entries(value, *path)
    )
