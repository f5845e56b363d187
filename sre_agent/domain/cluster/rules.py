"""What a namespace and a cluster allow: quotas, ranges, accounts, webhooks, and configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A ResourceQuota: by resource, the bound and what is used (cores, bytes or a count)."""

    meta: Meta
    hard: Mapping[str, float] = field(default_factory=dict)
    used: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRange:
    """A LimitRange: bounds by kind of object (Container, Pod, …) and resource."""

    meta: Meta
    minimum: Mapping[tuple[str, str], float] = field(default_factory=dict)
    maximum: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigMap:
    """A ConfigMap; `data` is cut and redacted, `keys` are all of its keys."""

    meta: Meta
    keys: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A Secret: its type and keys, never a value."""

    meta: Meta
    type: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """A ServiceAccount."""

    meta: Meta
    image_pull_secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A RoleBinding or ClusterRoleBinding: the role, and who is given it (Kind/namespace/name)."""

    meta: Meta
    role: str = ""
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One webhook of a Validating- or MutatingWebhookConfiguration; `service` may be a URL's host."""

    meta: Meta
    name: str
    failure_policy: str = "Fail"
    service: ObjectRef | None = None
    url: str = ""
    has_ca: bool = True
