"""Network policies that block a path which is needed."""

from collections.abc import Iterable, Iterator, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import calling, sayings, wellbeing
from sre_agent.diagnosis.kubernetes.networking import policies
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.routing import target_port
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import NetworkPolicy
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_TIMEOUTS = (
    "timed out",
    "timeout",
    "Timeout",
    "deadline exceeded",
    "DEADLINE_EXCEEDED",
    "No route to host",
    "UNAVAILABLE",
    "Unavailable",
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect policies by the calls they forbid, names among them; what still gets through is well."""
    if not view.snapshot.network_policies:
        return
    waiting, callers = _waiting(view), calling.callers(view)
    for callee, by in callers.items():
        if wellbeing.live_pods(view, callee) and not _is_reached(view, callee):
            yield from _into(view, callee, sorted(by, key=str), waiting)
    called: dict[ObjectRef, list[ObjectRef]] = {}
    for callee, by in callers.items():
        for caller in by:
            called.setdefault(caller, []).append(callee)
    for ref in view.workloads:
        yield from _out_of(view, ref, called.get(ref, []), waiting)


def _waiting(view: View) -> dict[ObjectRef, sayings.Saying]:
    """Return who says that somebody does not answer."""
    return {item.owner: item for item in sayings.sayings(view, *_TIMEOUTS)}


def _is_reached(view: View, callee: ObjectRef) -> bool:
    """Return whether somebody got through, so that the policy is not what stands in the way."""
    return any(item.meta.ref in view.once(_open) for item in view.services_of.get(callee, ()))


def _open(view: View) -> frozenset[ObjectRef]:
    """Return the Services that somebody got through to."""
    return frozenset(found.service for found in view.snapshot.connectivity if found.is_open)


def _into(
    view: View,
    callee: ObjectRef,
    callers: Sequence[ObjectRef],
    waiting: dict[ObjectRef, sayings.Saying],
) -> Iterator[Hypothesis]:
    target = policies.end_of(view, callee)
    found = policies.selecting(view, target, "Ingress") if target else ()
    ports = _ports(view, callee)
    blocked = [
        caller
        for caller in callers
        if (end := policies.end_of(view, caller))
        and not policies.allows(found, "Ingress", end, ports)
    ]
    if not found or not blocked:
        return
    seen = [waiting[item].source for item in blocked if item in waiting]
    seen += _closed(view, callee)
    names = ", ".join(item.name for item in blocked[:3])
    yield _suspect(callee, found, seen, f"{_names(found)} let {names} not reach {callee.name}")


def _out_of(
    view: View,
    caller: ObjectRef,
    called: Sequence[ObjectRef],
    waiting: dict[ObjectRef, sayings.Saying],
) -> Iterator[Hypothesis]:
    source = policies.end_of(view, caller)
    found = policies.selecting(view, source, "Egress") if source else ()
    if not found:
        return
    seen = [waiting[caller].source] if caller in waiting else []
    if not policies.allows(found, "Egress", None, [policies.DNS_PORT]) and not _asks_names(found):
        why = f"{_names(found)} let {caller.name} ask nobody for names (port 53)"
        yield _suspect(caller, found, seen, why, is_needed=bool(called))
        return
    for callee in called:
        end = policies.end_of(view, callee)
        if end and not policies.allows(found, "Egress", end, _ports(view, callee)):
            yield _suspect(
                caller, found, seen, f"{_names(found)} let {caller.name} not reach {callee.name}"
            )


def _asks_names(found: Iterable[NetworkPolicy]) -> bool:
    """Return whether a rule speaks of the port of DNS, or of every port of somebody."""
    return any(
        not rule.ports or policies.DNS_PORT in {port.port for port in rule.ports}
        for item in found
        for rule in item.egress
    )


def _ports(view: View, callee: ObjectRef) -> set[int]:
    """Return the numbers of the ports at which a workload is called."""
    template = view.workloads[callee].template
    named = {port.name: port.number for port in target_port.offered(template) if port.name}
    targets = {
        target_port.target_of(port)
        for service in view.services_of.get(callee, ())
        for port in service.ports
    }
    return {found for item in targets if isinstance(found := named.get(str(item), item), int)}


def _closed(view: View, callee: ObjectRef) -> list[EvidenceId]:
    refs = {service.meta.ref for service in view.services_of.get(callee, ())}
    return [found.source for found in view.snapshot.connectivity if found.service in refs]


def _names(found: Sequence[NetworkPolicy]) -> str:
    names = ", ".join(item.meta.ref.name for item in found)
    return f"network {'policy' if len(found) == 1 else 'policies'} {names}"


def _suspect(
    ref: ObjectRef,
    found: Sequence[NetworkPolicy],
    seen: Sequence[EvidenceId],
    why: str,
    *,
    is_needed: bool = True,
) -> Hypothesis:
    """Suspect policies; nobody complains of a path that may not be needed at all."""
    unseen = weights.GENERIC_STATE if is_needed else weights.POSTURE
    return cause(
        Suspect(FaultClass.NETWORK_POLICY_BLOCKS, ref),
        "policy.blocks",
        weights.CONTRADICTION_SEEN if seen else unseen,
        why,
        [*(item.meta.source for item in found), *seen],
        policy=found[0].meta.ref.name,
    )
