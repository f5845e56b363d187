"""Containers as a template asks for them."""

from sre_agent.domain.cluster.pods import (
    Amounts,
    ContainerPort,
    ContainerSpec,
    EnvVar,
    Mount,
    Probe,
    Reference,
)
from sre_agent.manifests.objects.fields import (
    Json,
    count,
    entries,
    is_set,
    port,
    real,
    section,
    text,
    whole,
    words,
)
from sre_agent.manifests.quantities import quantity

_NAMED = frozenset({"cpu", "memory", "ephemeral-storage", "pods"})


def amounts(declared: Json) -> Amounts:
    """Return requests, limits, capacity or the like in cores, bytes and counts."""
    others = {str(key): quantity(declared[key]) for key in sorted(declared, key=str)}
    return Amounts(
        cpu=others.get("cpu"),
        memory=others.get("memory"),
        ephemeral_storage=others.get("ephemeral-storage"),
        pods=others.get("pods"),
        others={
            key: value for key, value in others.items() if key not in _NAMED and value is not None
        },
    )


def container(item: Json, *, is_init: bool = False) -> ContainerSpec:
    """Return a container of a template."""
    security = section(item, "securityContext")
    return ContainerSpec(
        name=text(item, "name"),
        image=text(item, "image"),
        command=words(item, "command"),
        args=words(item, "args"),
        ports=tuple(_port(each) for each in entries(item, "ports")),
        env=tuple(_variable(each) for each in entries(item, "env")),
        env_from=tuple(found for each in entries(item, "envFrom") for found in _from(each, _WHOLE)),
        requests=amounts(section(item, "resources", "requests")),
        limits=amounts(section(item, "resources", "limits")),
        liveness=_probe(section(item, "livenessProbe")),
        readiness=_probe(section(item, "readinessProbe")),
        startup=_probe(section(item, "startupProbe")),
        mounts=tuple(_mount(each) for each in entries(item, "volumeMounts")),
        is_init=is_init,
        stays=is_init and text(item, "restartPolicy") == "Always",
        is_privileged=is_set(security, "privileged"),
        runs_as_user=whole(security, "runAsUser"),
    )


_WHOLE = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
_KEYED = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}


def _from(item: Json, kinds: dict[str, str]) -> tuple[Reference, ...]:
    return tuple(
        Reference(
            kind=kind,
            name=text(section(item, field), "name"),
            key=text(section(item, field), "key"),
            optional=is_set(section(item, field), "optional"),
        )
        for field, kind in kinds.items()
        if field in item
    )


def _variable(item: Json) -> EnvVar:
    """Return a variable; one that is neither literal nor taken from elsewhere is empty."""
    source = section(item, "valueFrom")
    if source:
        references = _from(source, _KEYED)
        return EnvVar(name=text(item, "name"), reference=references[0] if references else None)
    return EnvVar(name=text(item, "name"), value=text(item, "value"))


def _port(item: Json) -> ContainerPort:
    return ContainerPort(
        number=count(item, "containerPort"),
        name=text(item, "name"),
        protocol=text(item, "protocol") or "TCP",
        host_port=whole(item, "hostPort"),
    )


def _mount(item: Json) -> Mount:
    return Mount(
        volume=text(item, "name"),
        path=text(item, "mountPath"),
        read_only=is_set(item, "readOnly"),
        sub_path=text(item, "subPath"),
    )


_HANDLERS = {"httpGet": "http", "tcpSocket": "tcp", "grpc": "grpc", "exec": "exec"}


def _probe(item: Json) -> Probe | None:
    field = next((each for each in _HANDLERS if each in item), None)
    if field is None:
        return None
    asked = section(item, field)
    return Probe(
        handler=_HANDLERS[field],
        port=port(asked, "port"),
        path=text(asked, "path"),
        scheme=text(asked, "scheme"),
        command=words(asked, "command"),
        initial_delay_s=real(item, "initialDelaySeconds") or 0,
        period_s=real(item, "periodSeconds") or 10,
        timeout_s=real(item, "timeoutSeconds") or 1,
        failure_threshold=whole(item, "failureThreshold") or 3,
        success_threshold=whole(item, "successThreshold") or 1,
    )
