"""Services whose selector misses the pods it is meant for."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

ALIKE = 0.7
"""From here on two values are taken for one that was mistyped (of 1)."""
_SAME_NAME = 2.0
_ENOUGH = 0.5


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a selector that meets nobody, but nearly a workload, or that meets another's pods."""
    if not view.workloads:
        return
    for service in view.snapshot.services:
        if not service.selector or service.type == "ExternalName":
            continue
        if not view.behind(service):
            yield from _meets_nobody(view, service, service.selector)
        else:
            yield from _meets_another(view, service)


def _meets_nobody(
    view: View, service: Service, selector: Mapping[str, str]
) -> Iterator[Hypothesis]:
    if _has_pods(view, service, selector):
        return
    meant = _nearest(view, service, selector)
    if meant is None or _is_a_role(view, meant, selector):
        return
    have = meant.template_labels
    wrong = [f"{key}={value}" for key, value in selector.items() if have.get(key) != value]
    real = (
        ", ".join(f"{key}={have[key]}" for key in selector if key in have) or "none of these keys"
    )
    yield cause(
        Suspect(FaultClass.SERVICE_SELECTOR_MISMATCH, meant.meta.ref),
        "service.selector",
        _weight(view, service, meant),
        f"Service {service.meta.ref.name} selects {', '.join(wrong)}, which no pod has; "
        f"{meant.meta.ref.name}'s pods have {real}",
        [service.meta.source, meant.meta.source],
        service=service.meta.ref.name,
        wrong=", ".join(wrong),
        **_mended(view, service, selector, meant),
    )


def _mended(
    view: View, service: Service, selector: Mapping[str, str], meant: Workload
) -> dict[str, Fact]:
    """Return the selector that would meet the workload of the Service's own name, and only that.

    Where the pods lack one of the keys, or another workload would be met as well, nobody knows what
    the selector should be.
    """
    ref, have = meant.meta.ref, meant.template_labels
    if service.meta.ref.name != ref.name or not selector.keys() <= have.keys():
        return {}
    right = {key: have[key] for key in selector}
    met = [
        item
        for item in view.workloads.values()
        if item.meta.ref.namespace == ref.namespace
        and right.items() <= dict(item.template_labels).items()
    ]
    if met != [meant]:
        return {}
    return {
        "selecting_service": service.meta.ref.name,
        "selector_now": _written(selector),
        "selector_new": _written(right),
    }


def _written(selector: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(selector.items()))


def _weight(view: View, service: Service, meant: Workload) -> float:
    """Return less where another Service leads to the same pods under the workload's own name."""
    others = view.services_of.get(meant.meta.ref, ())
    own_name = service.meta.ref.name == meant.meta.ref.name
    if meant.desired == 0:
        return weights.GENERIC_STATE
    return weights.POD_STATE if own_name or not others else weights.GENERIC_STATE


def _has_pods(view: View, service: Service, selector: Mapping[str, str]) -> bool:
    """Return whether addresses stand behind it, or pods that have the labels without their template."""
    ref = service.meta.ref
    known = view.endpoints.get((ref.namespace, ref.name))
    if known and (known.ready or known.not_ready):
        return True
    return any(
        selector.items() <= dict(pod.meta.labels).items()
        for pod in view.snapshot.pods
        if pod.meta.ref.namespace == ref.namespace
    )


def _is_a_role(view: View, meant: Workload, selector: Mapping[str, str]) -> bool:
    """Return whether what is missing is a label that running pods get and lose, such as a leader's."""
    missing = {key for key in selector if key not in meant.template_labels}
    given = {key for pod in view.pods_of.get(meant.meta.ref, ()) for key in pod.meta.labels}
    return bool(missing & given)


def _nearest(view: View, service: Service, selector: Mapping[str, str]) -> Workload | None:
    """Return the workload the Service seems meant for: by name, shared labels, and likeness.

    One that has a Service already needs no stranger's.
    """
    scored = [
        (_likeness(service, selector, item), item)
        for ref, item in view.workloads.items()
        if ref.namespace == service.meta.ref.namespace
        and (not view.services_of.get(ref) or _are_kin(service.meta.ref.name, ref.name))
    ]
    best = max(scored, key=lambda pair: (pair[0], pair[1].meta.ref.name), default=None)
    return best[1] if best and best[0] >= _ENOUGH else None


def _are_kin(one: str, other: str) -> bool:
    """Return whether one name begins with the other, as `web-external` does with `web`."""
    return one.startswith(other) or other.startswith(one)


def _likeness(service: Service, selector: Mapping[str, str], item: Workload) -> float:
    have = item.template_labels
    name = item.meta.ref.name
    score = _SAME_NAME if name == service.meta.ref.name else 0.0
    for key, value in selector.items():
        if have.get(key) == value:
            score += 1.0 / len(selector)
        elif key in have:
            score += _alike(have[key], value) / (2 * len(selector))
        elif value in have.values():
            score += 1.0 / (2 * len(selector))
    if not score or score < _ENOUGH:
        score = max(score, _alike(name, service.meta.ref.name) / 2)
    return score


def _alike(one: str, other: str) -> float:
    """Return how alike two words are between 0 and 1; those that are not seem strangers."""
    ratio = SequenceMatcher(None, one, other).ratio()
    return 1.0 + ratio if ratio >= ALIKE else 0.0


def _meets_another(view: View, service: Service) -> Iterator[Hypothesis]:
    """Suspect a Service that leads to strangers while the workload of its own name gets nothing."""
    ref = service.meta.ref
    behind = view.behind(service)
    own = view.workloads_named.get((ref.namespace, ref.name), ())
    if not own or set(own) & set(behind) or view.services_of.get(own[0]):
        return
    strangers = ", ".join(sorted(_name(item) for item in behind))
    yield cause(
        Suspect(FaultClass.SERVICE_SELECTOR_MISMATCH, own[0]),
        "service.selector",
        weights.CONTRADICTION_SEEN,
        f"Service {ref.name} leads to {strangers}, and none to {own[0].name}",
        [service.meta.source, view.workloads[own[0]].meta.source],
        service=ref.name,
    )


def _name(ref: ObjectRef) -> str:
    return ref.name
