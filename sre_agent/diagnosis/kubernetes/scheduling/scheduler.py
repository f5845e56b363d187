"""A scheduler that does not work: pods wait without a word though a node would take them."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.scheduling.taints import SCHEDULER, control_plane
from sre_agent.diagnosis.kubernetes.scheduling.unplaced import Unplaced, is_young, unplaced
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.nodes import NodeService
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

NAME = SCHEDULER


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the scheduler: it is down, or nobody places pods that would fit."""
    waiting = [item for item in unplaced(view) if _waits_without_a_word(view, item)]
    stopped = [item for item in view.snapshot.node_services if _is_stopped(item)]
    running = any(item.name == NAME and item.is_active for item in view.snapshot.node_services)
    for service in stopped:
        if not running:
            yield _stopped(service, waiting)
    for pod in view.snapshot.pods:
        if _is_static_pod(pod) and not pod.ready:
            yield _broken(pod, waiting)
    heard = view.knows_all("Event") or bool(view.snapshot.events)
    if waiting and heard and not stopped and not running:
        yield _silent(view, waiting)


def _waits_without_a_word(view: View, item: Unplaced) -> bool:
    if item.said or is_young(view, item.pod):
        return False
    events = view.events_of.get(item.pod.meta.ref, ())
    fits = any(not bars for bars in item.by_node.values())
    return fits and not any(event.reason == "Scheduled" for event in events)


def _is_stopped(item: NodeService) -> bool:
    return item.name == NAME and not item.is_active


def _is_static_pod(pod: Pod) -> bool:
    ref = pod.meta.ref
    return ref.namespace == "kube-system" and ref.name.startswith(f"{NAME}-")


def _stopped(service: NodeService, waiting: list[Unplaced]) -> Hypothesis:
    weight = weights.CLUSTER_SAYS_AND_SHOWS if waiting else weights.POD_STATE
    text = f"{NAME} on node {service.node} is not running ({service.said or 'inactive'})"
    target = ObjectRef(kind="Node", namespace="", name=service.node)
    ids = (service.source, *(item.pod.meta.source for item in waiting))
    return cause(
        Suspect(FaultClass.SCHEDULER_UNAVAILABLE, target),
        "scheduling.scheduler_stopped",
        weight,
        f"{text}{_and_waiting(waiting)}",
        ids,
    )


def _broken(pod: Pod, waiting: list[Unplaced]) -> Hypothesis:
    target = ObjectRef(kind="Node", namespace="", name=pod.node) if pod.node else pod.meta.ref
    weight = weights.CLUSTER_SAYS_AND_SHOWS if waiting else weights.LIKELY
    ids = (pod.meta.source, *(item.pod.meta.source for item in waiting))
    return cause(
        Suspect(FaultClass.SCHEDULER_UNAVAILABLE, target),
        "scheduling.scheduler_not_ready",
        weight,
        f"{pod.meta.ref.name} is not ready{_and_waiting(waiting)}",
        ids,
    )


def _silent(view: View, waiting: list[Unplaced]) -> Hypothesis:
    """Return what follows from pods that wait, fit, and were never spoken of."""
    reserved = control_plane(view)
    masters = [node for node in view.snapshot.nodes if node.meta.ref.name in reserved]
    named = ObjectRef(kind="Pod", namespace="kube-system", name=NAME)
    target = masters[0].meta.ref if len(masters) == 1 else named
    ids = [id_ for item in waiting for id_ in item.evidence]
    return cause(
        Suspect(FaultClass.SCHEDULER_UNAVAILABLE, target),
        "scheduling.nobody_schedules",
        weights.LIKELY,
        f"the scheduler says nothing{_and_waiting(waiting)}",
        ids,
    )


def _and_waiting(waiting: list[Unplaced]) -> str:
    if not waiting:
        return ""
    names = ", ".join(sorted({str(item.owner) for item in waiting}))
    return f": pods of {names} wait for a node that would take them, and nobody says why"
