"""What must hold of every judgement over a snapshot, whatever is broken in it."""

import dataclasses
import random
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import reduce
from typing import Any

import pytest

from sre_agent.diagnosis import snapshots
from sre_agent.domain.causes import Conclusion, Diagnosis, Dismissal
from sre_agent.domain.cluster.network import Address, Endpoints
from sre_agent.domain.cluster.pods import EnvVar
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing import cluster

NAMES = ("web", "cart", "ledger")
OTHERS = ("mail", "stock", "rates", "search")
RENAMED = {"web": "quux", "cart": "zorb", "ledger": "blip", "shop": "mall", "node-1": "host-7"}


def service(name: str, **env: str) -> list[Any]:
    """Return a healthy workload with all that belongs to it."""
    spec = cluster.template(
        cluster.container(env=tuple(EnvVar(name=key, value=value) for key, value in env.items()))
    )
    owner = cluster.deployment(name, spec)
    pod = cluster.pod(owner)
    address = Address(ip="10.0.0.1", pod=pod.meta.ref.name, node="node-1")
    return [
        owner,
        cluster.replicaset(owner),
        pod,
        cluster.service(name),
        Endpoints(meta=cluster.meta("Endpoints", name), ready=(address,)),
    ]


def healthy(*names: str) -> list[Any]:
    found = [cluster.node("node-1")]
    for name, callee in zip(names, (*names[1:], ""), strict=True):
        found += service(name, **({"BACKEND_ADDR": f"{callee}:80"} if callee else {}))
    return found


def without_pod(objects: list[Any], name: str) -> list[Any]:
    """Return the objects without the pod and the ready address of a workload."""
    rest = [
        item
        for item in objects
        if not (
            getattr(item, "meta", None)
            and item.meta.ref.name.startswith(f"{name}-")
            and item.meta.ref.kind == "Pod"
        )
        and not (isinstance(item, Endpoints) and item.meta.ref.name == name)
    ]
    return [*rest, Endpoints(meta=cluster.meta("Endpoints", name))]


def broken_image() -> list[Any]:
    objects = without_pod(healthy(*NAMES), "ledger")
    message = 'failed to pull image "registry.test/app:9": manifest unknown: not found'
    pod = cluster.waiting_pod("ledger", "ImagePullBackOff", message)
    return [*objects, pod, cluster.event(pod.meta, "Failed", message)]


def broken_schedule() -> list[Any]:
    objects = without_pod(healthy(*NAMES), "cart")
    pod = cluster.pending_pod("cart")
    text = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available"
    return [*objects, pod, cluster.event(pod.meta, "FailedScheduling", text)]


BROKEN = {
    "image": (broken_image, FaultClass.IMAGE_NOT_FOUND, "ledger"),
    "schedule": (broken_schedule, FaultClass.INSUFFICIENT_CPU, "cart"),
}


def judge(objects: list[Any]) -> Diagnosis:
    return snapshots.diagnose(cluster.snapshot(*objects), cluster.NOW)


def told(found: Diagnosis) -> list[tuple[FaultClass, ObjectRef, float]]:
    return [(item.fault_class, item.object, item.confidence) for item in found.causes]


def renamed(value: Any) -> Any:
    """Return a value in which every name is another one."""
    if isinstance(value, str):
        return reduce(lambda text, pair: text.replace(*pair), RENAMED.items(), value)
    if isinstance(value, ObjectRef):
        return ObjectRef.model_validate(renamed(value.model_dump()))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            item.name: renamed(getattr(value, item.name)) for item in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **fields)
    if isinstance(value, Mapping):
        return {renamed(key): renamed(item) for key, item in value.items()}
    return tuple(renamed(item) for item in value) if isinstance(value, tuple) else value


def test_a_healthy_cluster_has_no_cause_at_all() -> None:
    found = judge(healthy(*NAMES, *OTHERS))

    assert found.causes == ()
    assert found.conclusion is Conclusion.NOTHING_WRONG
    assert found.questions == ()


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_the_cause_and_its_callers_are_not(name: str) -> None:
    build, fault_class, workload = BROKEN[name]

    found = judge(build())

    assert found.conclusion is Conclusion.CAUSE_FOUND
    assert (found.causes[0].fault_class, found.causes[0].object.name) == (fault_class, workload)
    assert len(found.causes[0].explanation) == 3


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_what_is_seen_is_irrelevant(name: str, seed: int) -> None:
    objects = BROKEN[name][0]()
    expected = judge(objects)

    random.Random(seed).shuffle(objects)

    assert judge(objects) == expected


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("count", [1, 4])
def test_healthy_objects_beside_it_change_nothing(name: str, count: int) -> None:
    objects = BROKEN[name][0]()

    found = judge([*objects, *healthy(*OTHERS[:count])[1:]])

    assert told(found) == told(judge(objects))


@pytest.mark.parametrize("name", BROKEN)
def test_renaming_changes_only_names(name: str) -> None:
    objects = BROKEN[name][0]()

    found = snapshots.diagnose(renamed(cluster.snapshot(*objects)), cluster.NOW)

    assert told(found) == [
        (fault_class, renamed(ref), confidence)
        for fault_class, ref, confidence in told(judge(objects))
    ]


@pytest.mark.parametrize("name", BROKEN)
def test_every_cause_cites_evidence_that_was_given(name: str) -> None:
    objects = BROKEN[name][0]()
    given = {item.meta.source for item in objects if hasattr(item, "meta")}
    given |= {item.source for item in objects if hasattr(item, "source")}
    given |= set(cluster.snapshot().sources.values())

    for cause in judge(objects).causes:
        assert {EvidenceId(id_) for item in cause.findings for id_ in item.evidence_ids} <= given


def test_what_a_person_dismissed_is_shown_apart_and_not_decided_for() -> None:
    snapshot = cluster.snapshot(*broken_image())
    top = snapshots.diagnose(snapshot, cluster.NOW).causes[0]

    dismissal = Dismissal(object=top.object, fault_class=top.fault_class)
    found = snapshots.diagnose(snapshot, cluster.NOW, dismissed=[dismissal])

    assert [item.fault_class for item in found.dismissed] == [top.fault_class]
    assert top.fault_class not in [item.fault_class for item in found.causes]


def test_nobody_acts_on_an_old_picture() -> None:
    found = snapshots.diagnose(
        cluster.snapshot(*broken_image()), cluster.NOW + timedelta(minutes=20)
    )

    assert found.conclusion is Conclusion.UNDECIDED
    assert "20 minutes old" in found.reason


def test_sixty_workloads_are_judged_in_milliseconds() -> None:
    names = [f"svc-{number}" for number in range(57)]
    snapshot: Snapshot = cluster.snapshot(*broken_image(), *healthy(*names)[1:])
    snapshots.diagnose(snapshot, cluster.NOW)

    took = []
    for _ in range(5):
        began_s = time.process_time()
        snapshots.diagnose(snapshot, cluster.NOW)
        took.append(time.process_time() - began_s)

    assert min(took) < 0.05
