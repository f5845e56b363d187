"""Builders of observations and evidence, with sensible defaults for all a test does not care about."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.model import Observation
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations import KINDS
from sre_agent.domain.observations.kubernetes import (
    ContainerStatus,
    Pod,
    Replicas,
    Revision,
    Termination,
)
from sre_agent.domain.observations.metrics import (
    GoldenSignals,
    Point,
    ResourceUse,
    Signal,
    SignalGroup,
    Use,
)
from sre_agent.domain.tools import ToolCall

_KIND_OF_SCHEMA = {schema: kind for kind, schema in KINDS.items()}
Curve = float | Callable[[datetime], float | None]
"""A constant, or a level for each moment; None where there is no sample."""


def evidence(
    id_: str, facts: Observation, observed_at: datetime, call: ToolCall | None = None
) -> Evidence:
    """Return evidence that holds an observation of any registered kind."""
    kind = _KIND_OF_SCHEMA[type(facts)]
    return Evidence(
        id=EvidenceId(id_),
        kind=kind,
        specialist=kind.partition(".")[0],
        call=call or ToolCall(server=kind.partition(".")[0], tool="look", arguments={"id": id_}),
        subject=None,
        facts=facts.model_dump(mode="json"),
        summary=kind,
        observed_at=observed_at,
    )


def step_at(moment: datetime, before: float, after: float) -> Callable[[datetime], float]:
    """Return a curve that changes level at a moment."""
    return lambda at: after if at >= moment else before


def signal(name: str, curve: Curve, end: datetime, grid: tuple[int, int]) -> Signal:
    """Return a signal sampled from a curve."""
    window_s, step_s = grid
    units = {"errors": "ratio", "traffic": "requests_per_second"}
    moments = [end - timedelta(seconds=age) for age in range(window_s, -1, -step_s)]
    values = [(at, curve(at) if callable(curve) else curve) for at in moments]
    return Signal(
        name=name,
        unit=units.get(name, "seconds"),
        query=f"rate({name}[5s])",
        points=tuple(Point(at=at, value=value) for at, value in values if value is not None),
    )


def group(
    end: datetime,
    *,
    labels: dict[str, str] | None = None,
    errors: Curve = 0.0,
    traffic: Curve = 10.0,
    latency_p99: Curve = 0.02,
    grid: tuple[int, int] = (600, 5),
) -> SignalGroup:
    """Return the signals of a group: healthy ones unless told otherwise.

    `grid` is the window before `end` and the step between samples, in seconds.
    """
    return SignalGroup(
        labels=labels or {},
        traffic=signal("traffic", traffic, end, grid),
        errors=signal("errors", errors, end, grid),
        latency_p99=signal("latency_p99", latency_p99, end, grid),
    )


def golden_signals(
    namespace: str,
    service: str,
    total: SignalGroup,
    *,
    pods: Sequence[SignalGroup] = (),
    dependencies: Sequence[SignalGroup] = (),
    step_s: float = 5.0,
) -> GoldenSignals:
    """Return golden signals whose window is that of the total's traffic."""
    points = total.traffic.points or total.errors.points
    return GoldenSignals(
        namespace=namespace,
        service=service,
        start=points[0].at,
        end=points[-1].at,
        step_s=step_s,
        total=total,
        pods=tuple(pods),
        dependencies=tuple(dependencies),
    )


def use(
    measure: str, labels: dict[str, str], curve: Curve, end: datetime, grid: tuple[int, int]
) -> Use:
    """Return one series of what a pod, volume or node uses; `grid` is as for `signal`."""
    told = signal(measure, curve, end, grid)
    return Use(measure=measure, unit=told.unit, labels=labels, query=told.query, points=told.points)


def resource_use(
    namespace: str, rows: Sequence[Use], end: datetime, grid: tuple[int, int]
) -> ResourceUse:
    """Return `resource_use` of a namespace."""
    window_s, step_s = grid
    start = end - timedelta(seconds=window_s)
    return ResourceUse(namespace=namespace, start=start, end=end, step_s=step_s, rows=tuple(rows))


def pod(
    name: str,
    created_at: datetime,
    *,
    template_hash: str = "",
    container: ContainerStatus | None = None,
    node: str = "node-1",
    **fields: Any,
) -> Pod:
    """Return a pod that is ready unless its container is not."""
    status = container or running("app", created_at)
    values: dict[str, Any] = {"phase": "Running", "ready": status.ready, **fields}
    return Pod(
        name=name,
        uid=f"uid-{name}",
        created_at=created_at,
        node=node,
        template_hash=template_hash,
        containers=(status,),
        **values,
    )


def running(name: str, since: datetime, **fields: Any) -> ContainerStatus:
    """Return a container that runs and is ready."""
    values: dict[str, Any] = {"image": "img:1", "ready": True, "restarts": 0, **fields}
    return ContainerStatus(name=name, state="running", started_at=since, **values)


def waiting(name: str, reason: str, **fields: Any) -> ContainerStatus:
    """Return a container that waits for a reason."""
    values: dict[str, Any] = {"image": "img:1", "ready": False, "restarts": 0, **fields}
    return ContainerStatus(name=name, state="waiting", reason=reason, **values)


def ended(at: datetime, exit_code: int, reason: str = "Error") -> Termination:
    """Return how a container ended."""
    return Termination(reason=reason, exit_code=exit_code, finished_at=at)


def revision(number: int, replicaset: str, created_at: datetime, **fields: Any) -> Revision:
    """Return a revision whose template hash is the end of its ReplicaSet's name."""
    values: dict[str, Any] = {
        "desired": 0,
        "ready": 0,
        "is_current": False,
        "images": (f"img:{number}",),
        **fields,
    }
    template_hash = replicaset.rpartition("-")[2]
    return Revision(
        number=number,
        replicaset=replicaset,
        template_hash=template_hash,
        created_at=created_at,
        **values,
    )


def replicas(count: int, ready: int | None = None) -> Replicas:
    """Return the counters of a workload that is all up, or has so many ready."""
    up = count if ready is None else ready
    return Replicas(
        desired=count,
        current=count,
        updated=count,
        ready=up,
        available=up,
        unavailable=count - up,
    )


def service_ref(namespace: str, name: str) -> ObjectRef:
    """Return the reference of a Service."""
    return ObjectRef(kind="Service", namespace=namespace, name=name)
