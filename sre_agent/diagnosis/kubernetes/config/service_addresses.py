"""Variables that point to a Service that is not there, or to a port that it does not have."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.addresses import Address, addresses, looked_up_in_vain
from sre_agent.diagnosis.kubernetes.config import intended
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_FAILED = re.compile(
    r"no such host|not ?found|unknown|resol|lookup|refused|timed? ?out|unreachable|unavailable|fail|error",
    re.IGNORECASE,
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect each workload that is given an address at which nobody can answer.

    A name that a workload has is right: then its Service is missing. A name that is like none and
    that nobody looked up in vain may be meant for what is not deployed, and says nothing.
    """
    if not view.knows_all("Service"):
        return
    vain = looked_up_in_vain(view)
    for ref, source, address in addresses(view):
        if address.namespace not in view.snapshot.namespaces:
            continue
        service = view.services.get((address.namespace, address.host))
        if service is not None:
            yield from _wrong_port(view, ref, source, address, service)
            yield from _wrong_service(view, ref, source, address)
        elif not _is_a_workload(view, address):
            yield from _wrong_name(
                view, ref, source, address, vain.get((ref.namespace, address.host))
            )


def _is_a_workload(view: View, address: Address) -> bool:
    return any(
        (ref.namespace, ref.name) == (address.namespace, address.host) for ref in view.workloads
    )


def _wrong_port(
    view: View, ref: ObjectRef, source: EvidenceId, address: Address, service: Service
) -> Iterator[Hypothesis]:
    ports = [port.port for port in service.ports]
    if address.port is None or not ports or address.port in ports or service.external_name:
        return
    if service.cluster_ip == "None":
        return
    at = address.port
    failing = _failing(view, ref, f"{address.host}:{at}", f"{service.cluster_ip}:{at}")
    weight = weights.CLUSTER_SAYS_AND_SHOWS if failing else weights.CONTRADICTION
    listed = ", ".join(map(str, ports))
    statement = (
        f"{ref} is told to reach {address.value} by {address.variable}, "
        f"but Service {address.host} listens at {listed}"
    )
    yield _hypothesis(ref, address, weight, statement, (source, service.meta.source, *failing))


def _wrong_service(
    view: View, ref: ObjectRef, source: EvidenceId, address: Address
) -> Iterator[Hypothesis]:
    """Suspect a variable that is called after one Service and holds the address of another."""
    meant = intended.named_by(address.variable, _names(view, address))
    if meant is None or meant == address.host:
        return
    failing = _failing(view, ref, address.host)
    statement = (
        f"{ref} is told to reach {address.value} by {address.variable}, "
        f"which is called after Service {meant}"
    )
    weight = weights.CLUSTER_SAYS_AND_SHOWS if failing else weights.HINT
    yield _hypothesis(ref, address, weight, statement, (source, *failing))


def _wrong_name(
    view: View,
    ref: ObjectRef,
    source: EvidenceId,
    address: Address,
    vain: frozenset[EvidenceId] | None,
) -> Iterator[Hypothesis]:
    names = _names(view, address)
    near = intended.named_by(address.variable, names) or intended.meant_by(address.host, names)
    failing = tuple(sorted(vain or ())) or _failing(view, ref, address.host)
    if not near and not failing:
        return
    meant = f"; {near} is meant" if near else ""
    weight = weights.CLUSTER_SAYS_AND_SHOWS if failing else weights.LIKELY
    statement = (
        f"{ref} is told to reach {address.value} by {address.variable}, "
        f"but there is no Service {address.host}{meant}"
    )
    yield _hypothesis(ref, address, weight, statement, (source, view.source("Service"), *failing))


def _names(view: View, address: Address) -> list[str]:
    return sorted(name for space, name in view.services if space == address.namespace)


def _failing(view: View, ref: ObjectRef, *names: str) -> tuple[EvidenceId, ...]:
    """Return the logs of a workload in which a line complains of an address."""
    word = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in names))
    return tuple(
        log.source
        for log in view.logs_of.get(ref, ())
        if any(word.search(line) and _FAILED.search(line) for line in log.lines)
    )


def _hypothesis(
    ref: ObjectRef,
    address: Address,
    weight: float,
    statement: str,
    ids: tuple[EvidenceId | None, ...],
) -> Hypothesis:
    return cause(
        Suspect(FaultClass.WRONG_SERVICE_ADDRESS, ref),
        "config.service_address",
        weight,
        statement,
        ids,
        variable=address.variable,
        value=address.value,
    )
