"""The environment and the command of a container, from its spec, its image and its namespace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infrastructure.lab.cluster.store import KINDS, NotFound, Store
from infrastructure.lab.node.images import Image

Object = dict[str, Any]

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_REFERENCE = re.compile(r"\$\$|\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)")
_KEYED_FIELD = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")


class ConfigError(Exception):
    """The container cannot be created as it is configured; the message is the kubelet's."""


@dataclass(frozen=True)
class Surroundings:
    """What a pod's environment depends on besides its spec."""

    store: Store
    pod_ip: str
    host_ip: str
    cluster: Mapping[str, str]


def environment_of(
    pod: Object, container: Object, image: Image, around: Surroundings
) -> dict[str, str]:
    """Return all variables of a container.

    Raises:
        ConfigError: when a referenced ConfigMap or key is missing, or a source is unsupported.
    """
    env = {"PATH": PATH, **image.env, **around.cluster}
    env |= {"HOSTNAME": pod["metadata"]["name"], "POD_IP": around.pod_ip}
    if pod["spec"].get("enableServiceLinks", True):
        env |= service_links(around.store.peek_all(KINDS["Service"], _namespace(pod)))
    for source in container.get("envFrom") or ():
        env |= _all_of(source, pod, around)
    for variable in container.get("env") or ():
        value = _value(variable, pod, container, around)
        if value is not None:
            env[variable["name"]] = expand(value, env) if "value" in variable else value
    return env


def command_of(container: Object, image: Image, env: Mapping[str, str]) -> list[str]:
    """Return the words to execute: the container's own take the place of the image's.

    Raises:
        ConfigError: when there are none.
    """
    command = container.get("command") or image.command
    args = container.get("args") or (() if container.get("command") else image.args)
    words = [expand(word, env) for word in (*command, *args)]
    if not words:
        raise ConfigError("no command specified")
    return words


def service_links(services: Sequence[Object]) -> dict[str, str]:
    """Return the variables by which containers find Services: NAME_SERVICE_HOST, NAME_PORT, …."""
    env: dict[str, str] = {}
    for service in services:
        address = service["spec"].get("clusterIP")
        ports = service["spec"].get("ports") or ()
        if not address or address == "None" or not ports:
            continue
        name = service["metadata"]["name"].upper().replace("-", "_")
        env[f"{name}_SERVICE_HOST"] = address
        env[f"{name}_SERVICE_PORT"] = str(ports[0]["port"])
        env[f"{name}_PORT"] = _url(address, ports[0])
        for port in ports:
            if port.get("name"):
                suffix = port["name"].upper().replace("-", "_")
                env[f"{name}_SERVICE_PORT_{suffix}"] = str(port["port"])
            env |= _link(name, address, port)
    return env


def expand(text: str, env: Mapping[str, str]) -> str:
    """Replace `$(NAME)` by the variable; `$$` stands for one dollar, the unknown stays as it is."""

    def replacement(found: re.Match[str]) -> str:
        if found.group(0) == "$$":
            return "$"
        return env.get(found.group(1), found.group(0))

    return _REFERENCE.sub(replacement, text)


def _namespace(pod: Object) -> str:
    return str(pod["metadata"]["namespace"])


def _url(address: str, port: Object) -> str:
    return f"{port.get('protocol', 'TCP').lower()}://{address}:{port['port']}"


def _link(name: str, address: str, port: Object) -> dict[str, str]:
    protocol = port.get("protocol", "TCP")
    prefix = f"{name}_PORT_{port['port']}_{protocol}"
    return {
        prefix: _url(address, port),
        f"{prefix}_PROTO": protocol.lower(),
        f"{prefix}_PORT": str(port["port"]),
        f"{prefix}_ADDR": address,
    }


def _all_of(source: Object, pod: Object, around: Surroundings) -> dict[str, str]:
    if "configMapRef" not in source:
        raise ConfigError("the lab has no Secrets: envFrom takes configMapRef only")
    reference = source["configMapRef"]
    try:
        data = _config_map(reference["name"], pod, around)
    except ConfigError:
        if reference.get("optional"):
            return {}
        raise
    return {source.get("prefix", "") + name: value for name, value in data.items()}


def _config_map(name: str, pod: Object, around: Surroundings) -> dict[str, str]:
    try:
        found = around.store.peek(KINDS["ConfigMap"], _namespace(pod), name)
    except NotFound:
        raise ConfigError(f'configmap "{name}" not found') from None
    return dict(found.get("data") or {})


def _value(variable: Object, pod: Object, container: Object, around: Surroundings) -> str | None:
    source = variable.get("valueFrom")
    if not source:
        return str(variable.get("value", ""))
    if "configMapKeyRef" in source:
        return _config_value(source["configMapKeyRef"], pod, around)
    if "fieldRef" in source:
        return _field(source["fieldRef"]["fieldPath"], pod, around)
    if "resourceFieldRef" in source:
        return _resource(source["resourceFieldRef"]["resource"], container)
    raise ConfigError(f"the lab has no source {', '.join(source)} for variable {variable['name']}")


def _config_value(reference: Object, pod: Object, around: Surroundings) -> str | None:
    name, key = reference["name"], reference["key"]
    is_optional = bool(reference.get("optional"))
    try:
        data = _config_map(name, pod, around)
    except ConfigError:
        if is_optional:
            return None
        raise
    if key not in data and not is_optional:
        raise ConfigError(f"couldn't find key {key} in ConfigMap {_namespace(pod)}/{name}")
    return data.get(key)


def _field(path: str, pod: Object, around: Surroundings) -> str:
    keyed = _KEYED_FIELD.fullmatch(path)
    if keyed:
        return str((pod["metadata"].get(keyed.group(1)) or {}).get(keyed.group(2), ""))
    known = {
        "metadata.name": pod["metadata"]["name"],
        "metadata.namespace": pod["metadata"]["namespace"],
        "metadata.uid": pod["metadata"]["uid"],
        "spec.nodeName": pod["spec"].get("nodeName", ""),
        "spec.serviceAccountName": pod["spec"].get("serviceAccountName", "default"),
        "status.podIP": around.pod_ip,
        "status.podIPs": around.pod_ip,
        "status.hostIP": around.host_ip,
        "status.hostIPs": around.host_ip,
    }
    if path not in known:
        raise ConfigError(f"unsupported fieldPath: {path}")
    return str(known[path])


def _resource(resource: str, container: Object) -> str:
    group, _, name = resource.partition(".")
    return str(((container.get("resources") or {}).get(group) or {}).get(name, "0"))
