"""What a namespace and a cluster allow, and the configuration they hold."""

from sre_agent.domain.cluster.rules import (
    Binding,
    ConfigMap,
    LimitRange,
    Quota,
    Secret,
    ServiceAccount,
)
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.fields import Json, entries, section, text, texts
from sre_agent.manifests.objects.meta import meta
from sre_agent.manifests.quantities import quantity

VALUE_LENGTH = 65_536
"""How many characters of a configuration's value are kept."""


def quota(item: Json, source: EvidenceId) -> Quota:
    """Return a ResourceQuota; until it is counted, its bounds are those it asks for."""
    status = section(item, "status")
    return Quota(
        meta=meta("ResourceQuota", item, source),
        hard=_numbers(section(status, "hard") or section(item, "spec", "hard")),
        used=_numbers(section(status, "used")),
    )


def limit_range(item: Json, source: EvidenceId) -> LimitRange:
    """Return a LimitRange."""
    limits = entries(item, "spec", "limits")
    return LimitRange(
        meta=meta("LimitRange", item, source),
        minimum=_bounds(limits, "min"),
        maximum=_bounds(limits, "max"),
    )


def _bounds(limits: list[Json], field: str) -> dict[tuple[str, str], float]:
    return {
        (text(each, "type"), resource): value
        for each in limits
        for resource, value in _numbers(section(each, field)).items()
    }


def _numbers(table: Json) -> dict[str, float]:
    found = {str(key): quantity(table[key]) for key in sorted(table, key=str)}
    return {key: value for key, value in found.items() if value is not None}


def configmap(item: Json, source: EvidenceId) -> ConfigMap:
    """Return a ConfigMap, its values cut."""
    data = texts(item, "data")
    return ConfigMap(
        meta=meta("ConfigMap", item, source),
        keys=tuple(sorted({*data, *texts(item, "binaryData")})),
        data={key: value[:VALUE_LENGTH] for key, value in data.items()},
    )


def secret(item: Json, source: EvidenceId) -> Secret:
    """Return a Secret without its values, which are not even looked at."""
    keys = {str(key) for field in ("data", "stringData") for key in section(item, field)}
    return Secret(
        meta=meta("Secret", item, source), type=text(item, "type"), keys=tuple(sorted(keys))
    )


def service_account(item: Json, source: EvidenceId) -> ServiceAccount:
    """Return a ServiceAccount."""
    return ServiceAccount(
        meta=meta("ServiceAccount", item, source),
        image_pull_secrets=tuple(text(each, "name") for each in entries(item, "imagePullSecrets")),
    )


def role_binding(item: Json, source: EvidenceId) -> Binding:
    """Return a RoleBinding."""
    return _binding("RoleBinding", item, source)


def cluster_role_binding(item: Json, source: EvidenceId) -> Binding:
    """Return a ClusterRoleBinding."""
    return _binding("ClusterRoleBinding", item, source)


def _binding(kind: str, item: Json, source: EvidenceId) -> Binding:
    """Return a binding; the role as `Kind/name`, subjects as `Kind/namespace/name`."""
    role = section(item, "roleRef")
    return Binding(
        meta=meta(kind, item, source),
        role=f"{text(role, 'kind')}/{text(role, 'name')}" if role else "",
        subjects=tuple(
            "/".join(part for part in (text(each, k) for k in _SUBJECT) if part)
            for each in entries(item, "subjects")
        ),
    )


_SUBJECT = ("kind", "namespace", "name")
