"""Pods that cannot resolve names, by their own settings or because the cluster's DNS is down."""

from collections.abc import Iterator, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.networking import names
from sre_agent.diagnosis.kubernetes.networking.names import Unresolved
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import PodSpec
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_SERVERS = ("coredns", "kube-dns")
_LABEL = ("k8s-app", "kube-dns")
AGAIN = 10
"""As many failing look-ups are no hiccup of a start, though the workload bears them."""
MANY = 3
"""As many workloads do not lose their names by settings of their own."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a workload's own DNS settings, its failing look-ups, and the cluster's DNS."""
    failing: dict[ObjectRef, list[Unresolved]] = {}
    for item in names.unresolved(view):
        if item.said.is_previous and not wellbeing.is_unwell(view, item.said.owner):
            continue
        failing.setdefault(item.said.owner, []).append(item)
    for ref, item_ in view.workloads.items():
        yield from _settings(view, item_, failing.get(ref, ()))
    lost = [ref for ref, found in failing.items() if any(item.is_the_way for item in found)]
    servers = [ref for ref, item_ in view.workloads.items() if _is_server(ref, item_)]
    down = [ref for ref in servers if _is_down(view, ref)]
    for ref in down:
        yield cause(
            Suspect(FaultClass.CLUSTER_DNS_UNAVAILABLE, ref),
            "dns.servers",
            weights.POD_STATE,
            f"{ref.name} answers the cluster's look-ups, and no pod of it is ready",
            [view.workloads[ref].meta.source],
        )
    if not down:
        yield from _look_ups(view, failing, is_common=len(lost) >= MANY)
        if len(lost) >= MANY:
            yield _common(failing, lost, servers)


def _settings(view: View, item: Workload, failing: Sequence[Unresolved]) -> Iterator[Hypothesis]:
    """Suspect nameservers of a template's own that are none of the cluster's Services."""
    ref, why = item.meta.ref, _strange(view, item.template)
    if not why:
        return
    is_unwell = wellbeing.is_unwell(view, ref)
    if failing:
        weight = weights.POD_STATE
    else:
        weight = weights.CONTRADICTION if is_unwell else weights.POSTURE
    yield cause(
        Suspect(FaultClass.DNS_FAILURE, ref),
        "dns.settings",
        weight,
        f"{ref.name} {why}",
        [item.meta.source, *(found.said.source for found in failing)],
        dns_policy=item.template.dns_policy,
    )


def _strange(view: View, template: PodSpec) -> str:
    servers = template.nameservers
    is_own = template.dns_policy == "None" and servers
    if is_own and not any(server in view.services_by_ip for server in servers):
        return f"asks {', '.join(servers)} for names and not the cluster's DNS (dnsPolicy None)"
    return ""


def _look_ups(
    view: View, failing: dict[ObjectRef, list[Unresolved]], *, is_common: bool
) -> Iterator[Hypothesis]:
    for ref, found in failing.items():
        best = min(found, key=lambda item: (not item.is_the_way, item.said.line))
        weight = weights.OWN_WORDS if best.is_the_way else weights.HINT
        if not wellbeing.is_unwell(view, ref):
            weight = _passing(found, best)
        elif is_common:
            weight = min(weight, weights.GENERIC_STATE)
        yield cause(
            Suspect(FaultClass.DNS_FAILURE, ref),
            "words.look_up",
            weight,
            f"{ref.name} cannot resolve {best.host or 'names'}: {best.said.quote('lookup')}",
            [item.said.source for item in found],
            host=best.host,
            server=best.server,
        )


def _passing(found: Sequence[Unresolved], best: Unresolved) -> float:
    """Return what look-ups weigh that a workload which is well tells of: once is a hiccup."""
    if not best.is_silent:
        return weights.HINT
    lines = sum(item.said.count for item in found if not item.said.is_previous)
    return weights.CONTRADICTION if lines >= AGAIN else weights.GENERIC_STATE


def _common(
    failing: dict[ObjectRef, list[Unresolved]],
    lost: Sequence[ObjectRef],
    servers: Sequence[ObjectRef],
) -> Hypothesis:
    service = ObjectRef(kind="Service", namespace="kube-system", name=_SERVERS[1])
    shown = ", ".join(sorted(ref.name for ref in lost)[:3])
    return cause(
        Suspect(FaultClass.CLUSTER_DNS_UNAVAILABLE, servers[0] if servers else service),
        "dns.many",
        weights.CONTRADICTION,
        f"{len(lost)} workloads cannot resolve names, such as {shown}",
        [item.said.source for ref in lost for item in failing[ref]],
    )


def _is_server(ref: ObjectRef, item: Workload) -> bool:
    key, value = _LABEL
    return ref.name in _SERVERS or item.template_labels.get(key) == value


def _is_down(view: View, ref: ObjectRef) -> bool:
    pods = view.pods_of.get(ref, ())
    item = view.workloads[ref]
    now = view.snapshot.taken_at
    if any(pod.ready or wellbeing.is_young(pod, now) for pod in pods):
        return False
    return bool(pods) or item.desired == 0
