"""The kinds of object the cluster knows, and how each is named in URLs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Kind:
    """One kind of object and its names."""

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool = True
    short: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """Return the value of an object's `apiVersion`, such as `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """Return the qualified resource, such as `deployments.apps`, that errors speak of."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified(self) -> str:
        """Return the qualified kind, such as `Deployment.apps`, that errors speak of."""
        return f"{self.name}.{self.group}" if self.group else self.name

    @property
    def singular(self) -> str:
        """Return the lower-case singular by which clients may call it."""
        return self.name.lower()


_ALL = (
    Kind("", "v1", "ConfigMap", "configmaps", short=("cm",)),
    Kind("", "v1", "Endpoints", "endpoints", short=("ep",)),
    Kind("", "v1", "Event", "events", short=("ev",)),
    Kind("", "v1", "Namespace", "namespaces", namespaced=False, short=("ns",)),
    Kind("", "v1", "Node", "nodes", namespaced=False, short=("no",)),
    Kind("", "v1", "Pod", "pods", short=("po",)),
    Kind("", "v1", "ResourceQuota", "resourcequotas", short=("quota",)),
    Kind("", "v1", "Service", "services", short=("svc",)),
    Kind("apps", "v1", "Deployment", "deployments", short=("deploy",)),
    Kind("apps", "v1", "ReplicaSet", "replicasets", short=("rs",)),
    Kind(
        "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", short=("hpa",)
    ),
    Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", short=("pdb",)),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})
"""Every kind, by its name."""
