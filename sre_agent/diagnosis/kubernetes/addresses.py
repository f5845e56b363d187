"""Addresses of other services as configuration holds them, and the names that were looked up."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import EnvVar
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"^(?:(?P<scheme>[a-z][a-z0-9+.:-]*)://)?(?:[^@/\s]+@)?(?P<host>{_LABEL}(?:\.{_LABEL})*)"
    r"(?::(?P<port>\d{1,5}))?(?P<rest>[/?;].*)?$",
    re.IGNORECASE,
)
_IS_ADDRESS = re.compile(r"(ADDR|ADDRESS|HOST|HOSTNAME|URL|URI|ENDPOINT|SERVICE|SERVER)S?$")
_LOOKED_UP = re.compile(
    rf"lookup (?P<go>{_LABEL})[. ][^\n]{{0,80}}no such host|"
    rf"(?:UnknownHostException: |getaddrinfo (?:ENOTFOUND|EAI_AGAIN) |Could not resolve host: )"
    rf"(?P<other>{_LABEL})"
)
_WORDS = ("lookup ", "UnknownHost", "getaddrinfo ", "resolve host")
"""One of these stands in every such line; to look for them is quicker."""
_SERVICE_PARTS = 3
"""`name.namespace.svc` has three, and the cluster's domain may follow."""


@dataclass(frozen=True)
class Address:
    """Where a variable of a container points: a Service's name, its namespace, and a port if any."""

    variable: str
    value: str
    host: str
    namespace: str
    port: int | None


def address_of(variable: EnvVar, namespace: str) -> Address | None:
    """Return the address inside the cluster that a variable holds, if it looks like one at all.

    A name with dots that is neither `name.namespace` of a known form nor `….svc…` lies outside.
    """
    found = _ADDRESS.match((variable.value or "").strip())
    if found is None or not (found["port"] or found["scheme"] or _IS_ADDRESS.search(variable.name)):
        return None
    host, space = _split(found["host"].lower(), namespace)
    if not host or not re.search("[a-z]", host) or host == "localhost":
        return None
    port = int(found["port"]) if found["port"] else None
    return Address(variable.name, (variable.value or "").strip(), host, space, port)


def _split(host: str, namespace: str) -> tuple[str, str]:
    name, *domain = host.split(".")
    if not domain:
        return name, namespace
    if len(domain) >= _SERVICE_PARTS - 1 and domain[1] == "svc":
        return name, domain[0]
    return "", namespace


def addresses(view: View) -> tuple[tuple[ObjectRef, EvidenceId, Address], ...]:
    """Return the addresses that the containers of each workload are given."""
    return view.once(_addresses)


def _addresses(view: View) -> tuple[tuple[ObjectRef, EvidenceId, Address], ...]:
    return tuple(_given(view))


def _given(view: View) -> Iterator[tuple[ObjectRef, EvidenceId, Address]]:
    for ref, workload in view.workloads.items():
        for container in workload.template.containers:
            for variable in container.env:
                found = address_of(variable, ref.namespace) if variable.value else None
                if found:
                    yield ref, workload.meta.source, found


def looked_up_in_vain(view: View) -> Mapping[tuple[str, str], frozenset[EvidenceId]]:
    """Return the names that a log says were not found, by the writer's namespace and name."""
    return view.once(_looked_up_in_vain)


def _looked_up_in_vain(view: View) -> Mapping[tuple[str, str], frozenset[EvidenceId]]:
    found: dict[tuple[str, str], set[EvidenceId]] = {}
    for log in view.snapshot.logs:
        for line in log.lines:
            if not any(word in line for word in _WORDS):
                continue
            for match in _LOOKED_UP.finditer(line):
                name = match["go"] or match["other"]
                found.setdefault((log.namespace, name), set()).add(log.source)
    return {key: frozenset(ids) for key, ids in found.items()}


def called_hosts(view: View) -> Mapping[tuple[str, str], frozenset[EvidenceId]]:
    """Return who is asked for by name, in configuration or in vain, by namespace and name."""
    found = {key: set(ids) for key, ids in looked_up_in_vain(view).items()}
    for _, source, address in addresses(view):
        found.setdefault((address.namespace, address.host), set()).add(source)
    return {key: frozenset(ids) for key, ids in found.items()}
