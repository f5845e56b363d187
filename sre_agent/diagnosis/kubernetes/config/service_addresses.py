"""Variables that point to a Service that is not there, or to a port that it does not have."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.addresses import Address, addresses, looked_up_in_vain
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_ALIKE = 0.8
"""Of 1: two letters swapped in a short name stay above it."""


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
    failing = _failing(
        view, ref, (f"{address.host}:{address.port}", f"{service.cluster_ip}:{address.port}")
    )
    weight = weights.CLUSTER_SAYS_AND_SHOWS if failing else weights.CONTRADICTION
    listed = ", ".join(map(str, ports))
    statement = (
        f"{ref} is told to reach {address.value} by {address.variable}, "
        f"but Service {address.host} listens at {listed}"
    )
    yield _hypothesis(ref, address, weight, statement, (source, service.meta.source, *failing))


def _wrong_name(
    view: View,
    ref: ObjectRef,
    source: EvidenceId,
    address: Address,
    vain: frozenset[EvidenceId] | None,
) -> Iterator[Hypothesis]:
    names = sorted(name for space, name in view.services if space == address.namespace)
    near = [name for name in _alike(address.host, names) if not _extends(name, address.host)]
    failing = tuple(sorted(vain or ())) or _failing(view, ref, (address.host,))
    if not near and not failing:
        return
    meant = f"; {near[0]} is meant" if near else ""
    weight = weights.CLUSTER_SAYS_AND_SHOWS if failing else weights.LIKELY
    statement = (
        f"{ref} is told to reach {address.value} by {address.variable}, "
        f"but there is no Service {address.host}{meant}"
    )
    yield _hypothesis(ref, address, weight, statement, (source, view.source("Service"), *failing))


def _alike(name: str, names: Sequence[str]) -> list[str]:
    return get_close_matches(name, names, n=3, cutoff=_ALIKE)


def _extends(one: str, other: str) -> bool:
    """Return whether one name is the other and more: `orders-db` is no misspelling of `orders`."""
    return one.startswith(other) or other.startswith(one)


def _failing(view: View, ref: ObjectRef, words: tuple[str, ...]) -> tuple[EvidenceId, ...]:
    """Return the logs of a workload that speak of an address."""
    return tuple(
        log.source
        for log in view.logs_of.get(ref, ())
        if any(word in line for line in log.lines for word in words)
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
