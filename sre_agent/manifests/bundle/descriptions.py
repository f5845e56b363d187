"""Which object a text of `kubectl describe` is about, by the fields it has."""

import re
from collections.abc import Iterator

from sre_agent.manifests.kubectl.outline import descriptions
from sre_agent.manifests.kubectl.question import CLUSTER_WIDE, Question

_SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Deployment", ("StrategyType:",)),
    ("DaemonSet", ("Desired Number of Nodes Scheduled:",)),
    ("StatefulSet", ("Update Strategy:", "Pods Status:")),
    ("ReplicaSet", ("Replicas:", "Pods Status:")),
    ("CronJob", ("Schedule:", "Concurrency Policy:")),
    ("Job", ("Parallelism:", "Pods Statuses:")),
    ("Pod", ("Containers:", "Node:")),
    ("Node", ("Roles:", "Capacity:")),
    ("HorizontalPodAutoscaler", ("Min replicas:",)),
    ("Service", ("Session Affinity:",)),
    ("Endpoints", ("Subsets:",)),
    ("Ingress", ("Rules:", "Address:")),
    ("PersistentVolume", ("Reclaim Policy:",)),
    ("PersistentVolumeClaim", ("VolumeMode:",)),
    ("StorageClass", ("Provisioner:",)),
    ("NetworkPolicy", ("Spec:", "Created on:")),
    ("ServiceAccount", ("Mountable secrets:",)),
    ("Secret", ("Data", "Type:")),
    ("ConfigMap", ("Data",)),
    ("ResourceQuota", ("Resource ", "--------")),
    ("LimitRange", ("Type ", "----")),
    ("RoleBinding", ("Role:", "Subjects:")),
)
"""How lines begin in a description of each kind; the surer sign first."""
_FIELD = re.compile(r"^(Name|Namespace):[ \t]*(\S*)", re.MULTILINE)


def parts(text: str, namespace: str) -> Iterator[tuple[Question, str]]:
    """Yield each description of a text with the question it answers.

    Args:
        text: one description or several.
        namespace: that of objects that do not tell theirs.
    """
    for part in descriptions(text):
        told = dict(reversed(_FIELD.findall(part)))
        kind = _kind(part)
        if kind and told.get("Name"):
            where = "" if kind in CLUSTER_WIDE else told.get("Namespace") or namespace
            yield Question("describe", kind, told["Name"], where), part


def namespaces(text: str) -> set[str]:
    """Return the namespaces that descriptions tell."""
    return {value for name, value in _FIELD.findall(text) if name == "Namespace" and value}


def _kind(part: str) -> str | None:
    lines = part.split("\n")
    for kind, signs in _SIGNS:
        if all(any(line.startswith(sign) for line in lines) for sign in signs):
            return kind
    return None
