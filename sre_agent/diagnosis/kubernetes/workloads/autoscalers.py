"""Autoscalers that cannot scale, or have nothing left to add."""

from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.pods import ContainerSpec
from sre_agent.domain.cluster.workloads import Autoscaler
from sre_agent.domain.faults import FaultClass

FIRST_METRICS = timedelta(minutes=3)
"""Measured every minute, and asked for only of pods that have been ready for a while."""
_METRICS = ("FailedGet", "InvalidMetricSourceType", "FailedUpdateStatus")
_WITHOUT_REQUEST = "missing request for"


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect autoscalers by their target, its requests, their metrics and their bounds."""
    for item in view.snapshot.autoscalers:
        if _is_target_missing(view, item):
            yield _suspect(
                item,
                FaultClass.AUTOSCALER_TARGET_MISSING,
                weights.CONTRADICTION,
                f"its target {item.target} does not exist",
            )
            continue
        blind = next((found for found in item.conditions if _is_blind(found)), None)
        lacking = _without_requests(view, item)
        if lacking or (blind and _WITHOUT_REQUEST in blind.message):
            why = blind.message if blind else f"{lacking} asks for no share to scale by"
            yield _suspect(item, FaultClass.AUTOSCALER_WITHOUT_REQUESTS, weights.GENERIC_STATE, why)
        elif blind and not _is_young(view, item):
            yield _suspect(
                item,
                FaultClass.AUTOSCALER_METRICS_UNAVAILABLE,
                weights.GENERIC_STATE,
                f"{blind.reason}: {blind.message}",
            )
        elif _is_at_maximum(item):
            yield _suspect(
                item,
                FaultClass.AUTOSCALER_AT_MAXIMUM,
                weights.GENERIC_STATE,
                f"{item.current} replicas, the most it may, and it wants more",
            )


def _is_target_missing(view: View, item: Autoscaler) -> bool:
    if any("not found" in found.message for found in item.conditions if found.status == "False"):
        return any(found.reason == "FailedGetScale" for found in item.conditions)
    return view.knows_all(item.target.kind) and item.target not in view.workloads


def _is_young(view: View, item: Autoscaler) -> bool:
    """Return whether there can be no metrics yet: it is new, or all it scales is."""
    started = [pod.started_at for pod in view.pods_of.get(item.target, ()) if pod.started_at]
    since = max(filter(None, (item.meta.created_at, min(started, default=None))), default=None)
    return since is not None and view.snapshot.taken_at - since < FIRST_METRICS


def _is_blind(found: Condition) -> bool:
    return (
        found.type == "ScalingActive"
        and found.status == "False"
        and found.reason.startswith(_METRICS)
    )


def _without_requests(view: View, item: Autoscaler) -> str:
    """Return a container of the target that asks for none of what is scaled by."""
    target = view.workloads.get(item.target)
    wanted = {"cpu", "memory"} & set(item.metrics)
    if target is None:
        return ""
    found = (box.name for box in target.template.containers if _lacks(box, wanted))
    return next(found, "")


def _lacks(box: ContainerSpec, wanted: set[str]) -> bool:
    """Return whether neither a request nor a limit, its default, is set."""
    return any(
        getattr(box.requests, name) is None and getattr(box.limits, name) is None for name in wanted
    )


def _is_at_maximum(item: Autoscaler) -> bool:
    """Return whether more was wanted than may be; at the minimum, or fixed, is as it should be."""
    limited = any(
        found.type == "ScalingLimited"
        and found.status == "True"
        and found.reason == "TooManyReplicas"
        for found in item.conditions
    )
    return limited and item.current >= item.max_replicas > item.min_replicas


def _suspect(item: Autoscaler, fault: FaultClass, weight: float, why: str) -> Hypothesis:
    return cause(
        Suspect(
            fault,
            item.target if fault is not FaultClass.AUTOSCALER_TARGET_MISSING else item.meta.ref,
        ),
        "autoscaler.state",
        weight,
        f"autoscaler {item.meta.ref.name}: {why[:200]}",
        [item.meta.source],
        autoscaler=item.meta.ref.name,
        max_replicas=item.max_replicas,
    )
