"""Addresses that configuration and logs speak of, and the Services they mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.cluster.pods import ContainerSpec, PodSpec
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_HOST = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_WITH_PORT = re.compile(rf"(?<![\w.-])({_HOST}):(\d{{2,5}})(?!\d)")
_URL = re.compile(rf"\b[a-z][a-z0-9+.:-]*?://(?:[^@/\s]*@)?({_HOST})(?=[/?\s]|$)")
_BARE = re.compile(rf"^{_HOST}$")
_HOST_NAMES = ("_HOST", "_ADDR", "_ADDRESS", "_SERVER", "_HOSTNAME", "_ENDPOINT", "_URL", "_URI")
_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})  # noqa: S104 - names to leave out
_PARTS_OF_SERVICE = 2


@dataclass(frozen=True)
class Address:
    """A host and port that a variable of a container names."""

    variable: str
    host: str
    port: int | None


def of_container(container: ContainerSpec) -> Iterator[Address]:
    """Yield the addresses in the literal values of a container's variables.

    A host and a port in variables of their own (`DB_HOST`, `DB_PORT`) are put together.
    """
    values = {item.name: item.value for item in container.env if item.value}
    for name, value in values.items():
        found = in_text(value)
        for host, port in found:
            yield Address(name, host, port)
        if not found:
            yield from _without_port(name, value, values)


def in_text(text: str) -> tuple[tuple[str, int], ...]:
    """Return the hosts with ports that a line speaks of."""
    return tuple(
        (host, int(port))
        for host, port in _WITH_PORT.findall(text)
        if host not in _LOCAL and not host.isdigit()
    )


def _of_template(template: PodSpec) -> tuple[Address, ...]:
    return tuple(item for container in template.containers for item in of_container(container))


def _without_port(name: str, value: str, values: dict[str, str]) -> Iterator[Address]:
    url = _URL.search(value)
    host = url[1] if url else value
    if host in _LOCAL or not (url or (_BARE.match(value) and name.upper().endswith(_HOST_NAMES))):
        return
    stem = name.rpartition("_")[0]
    port = values.get(f"{stem}_PORT", "")
    yield Address(name, host, int(port) if port.isdigit() else None)


Configured = tuple[ObjectRef, EvidenceId, Address, Service | None]
"""A workload, its evidence, an address in a variable of its template, and the Service it means."""


def configured(view: View) -> tuple[Configured, ...]:
    """Return the addresses that workloads are given, with the Services they mean."""
    return view.once(_configured)


def _configured(view: View) -> tuple[Configured, ...]:
    return tuple(
        (ref, item.meta.source, address, service_of(view, ref.namespace, address.host))
        for ref, item in view.workloads.items()
        for address in _of_template(item.template)
    )


def service_of(view: View, namespace: str, host: str) -> Service | None:
    """Return the Service that a host means when it is asked for in a namespace."""
    parts = host.split(".")
    found = view.services.get((namespace, host))
    if found:
        return found
    if len(parts) == 1:
        return None
    if len(parts) == _PARTS_OF_SERVICE or parts[2] == "svc":
        return view.services.get((parts[1], parts[0]))
    return view.services_by_ip.get(host)
