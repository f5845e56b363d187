"""Who feels an action: pods, services, callers, traffic, and what guards them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sre_agent.domain.causes import Dependency
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.cluster.workloads import Workload as Declared
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.plan import BlastRadius, Disruption


@dataclass(frozen=True)
class Surroundings:
    """What was seen around a workload.

    `workload` as described at `seen_at`, `cluster` with all of its objects, `rates` the requests per
    second of workloads.
    """

    dependencies: Sequence[Dependency] = ()
    workload: Workload | None = None
    seen_at: datetime | None = None
    cluster: Snapshot | None = None
    rates: Mapping[ObjectRef, float] = field(default_factory=dict)


def blast_radius(target: ObjectRef, seen: Surroundings) -> BlastRadius:
    """Return what changes with a workload, and all that call it, directly or not."""
    described = seen.workload
    pods = max(described.replicas.desired, len(described.pods)) if described else 0
    callers = _callers(target, seen.dependencies)
    counted = (
        f"{pods} pods of {target.name} are replaced or change" if described else "pods unknown"
    )
    felt = f"felt by {', '.join(callers)}" if callers else "no caller is known"
    declared = _declared(target, seen.cluster)
    return BlastRadius(
        pods=pods,
        callers=callers,
        statement=f"{counted}; {felt}",
        pods_total=pods if described else None,
        services=_services(declared, seen),
        traffic_pct=_traffic_pct(target, seen.rates),
        is_stateful=target.kind == "StatefulSet",
        claims=_claims(declared),
        disruptions=tuple(_disruptions(declared, seen.cluster)),
        unchanged_s=_unchanged_s(seen),
    )


def of_one_pod(radius: BlastRadius, workload: ObjectRef) -> BlastRadius:
    """Return the radius of what befalls one pod of a workload: its callers have the other pods."""
    return radius.model_copy(
        update={"pods": 1, "statement": f"one pod of {workload.name} is replaced"}
    )


def of_words(repository: ObjectRef) -> BlastRadius:
    """Return the radius of what is only proposed or said: nothing runs otherwise because of it."""
    return BlastRadius(
        pods=0, callers=(), statement=f"nothing runs otherwise; {repository} gets it"
    )


def of_scaling(radius: BlastRadius, workload: ObjectRef, replicas: int) -> BlastRadius:
    """Return the radius of another number of pods: those that stay are left alone."""
    most = max(radius.pods, replicas)
    felt = radius.statement.partition("; ")[2]
    statement = f"pods of {workload.name} are added or taken away, to {most} at most; {felt}"
    update = {"pods": most, "pods_total": None, "statement": statement}
    return radius.model_copy(update=update)


def _callers(target: ObjectRef, dependencies: Sequence[Dependency]) -> tuple[str, ...]:
    reached = [target]
    for ref in reached:
        reached += [
            item.caller
            for item in dependencies
            if item.callee == ref and item.caller not in reached
        ]
    return tuple(sorted(ref.name for ref in reached[1:]))


def _declared(target: ObjectRef, cluster: Snapshot | None) -> Declared | None:
    if cluster is None:
        return None
    made = (*cluster.deployments, *cluster.statefulsets, *cluster.daemonsets)
    return next((item for item in made if item.meta.ref == target), None)


def _services(declared: Declared | None, seen: Surroundings) -> tuple[str, ...]:
    """Return the Services whose selector picks the pods; one without a selector picks none."""
    found = {service.name for service in seen.workload.services} if seen.workload else set()
    if declared is not None and seen.cluster is not None:
        found |= {
            item.meta.ref.name
            for item in seen.cluster.services
            if item.meta.ref.namespace == declared.meta.ref.namespace
            and item.selector
            and item.selector.items() <= declared.template_labels.items()
        }
    return tuple(sorted(found))


def _claims(declared: Declared | None) -> tuple[str, ...]:
    if declared is None:
        return ()
    named = {volume.claim for volume in declared.template.volumes if volume.claim}
    # Claims of a template have a name for each pod: the classes tell that there are some.
    named |= {f"one of class {name}" for name in declared.claim_classes}
    return tuple(sorted(named))


def _disruptions(declared: Declared | None, cluster: Snapshot | None) -> Iterator[Disruption]:
    if declared is None or cluster is None:
        return
    for item in sorted(cluster.disruption_budgets, key=lambda each: each.meta.ref.name):
        is_here = item.meta.ref.namespace == declared.meta.ref.namespace
        if is_here and item.selector.matches(declared.template_labels):
            yield Disruption(
                name=item.meta.ref.name,
                healthy=item.healthy,
                wanted=item.desired_healthy,
                allowed=item.allowed,
            )


def _traffic_pct(target: ObjectRef, rates: Mapping[ObjectRef, float]) -> int | None:
    """Return the share of the busiest one's requests: nearly all requests come in there."""
    busiest = max(rates.values(), default=0.0)
    if target not in rates or len(rates) == 1 or busiest <= 0.0:
        return None
    return round(100.0 * rates[target] / busiest)


def _unchanged_s(seen: Surroundings) -> int | None:
    if seen.workload is None or seen.seen_at is None:
        return None
    made = [item.created_at for item in seen.workload.revisions if item.is_current]
    if not made:
        return None
    return max(0, round((seen.seen_at - max(made)).total_seconds()))
