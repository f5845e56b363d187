from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from supply_scene import judged, support, top

from sre_agent.diagnosis.kubernetes.storage import pending_claims
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Selector
from sre_agent.domain.cluster.pods import Volume
from sre_agent.domain.cluster.storage import Claim, PersistentVolume, StorageClass
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

GIB = 2**30
WEB = "Deployment/shop/web"
CLAIM = "PersistentVolumeClaim/shop/data"


def web() -> list[Any]:
    spec = cluster.template(
        volumes=(Volume(name="data", kind="persistentVolumeClaim", claim="data"),)
    )
    deployment = cluster.deployment("web", spec, ready=0, available=0)
    pod = cluster.pending_pod(deployment)
    said = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."
    return [deployment, pod, cluster.event(pod.meta, "FailedScheduling", said)]


def claim(**more: Any) -> Claim:
    values: dict[str, Any] = {
        "phase": "Pending",
        "storage_class": "",
        "access_modes": ("ReadWriteOnce",),
        "requested": 10.0 * GIB,
    }
    return Claim(meta=cluster.meta("PersistentVolumeClaim", "data"), **(values | more))


def volume(
    name: str = "disk", labels: dict[str, str] | None = None, **more: Any
) -> PersistentVolume:
    values: dict[str, Any] = {
        "phase": "Available",
        "access_modes": ("ReadWriteOnce",),
        "capacity": 10.0 * GIB,
    }
    meta = cluster.meta("PersistentVolume", name, labels=labels or {})
    return PersistentVolume(meta=meta, **(values | more))


@pytest.mark.parametrize(
    ("asked", "there", "fault"),
    [
        ({"requested": 20.0 * GIB}, {}, Fault.CLAIM_CAPACITY_MISMATCH),
        ({"access_modes": ("ReadWriteMany",)}, {}, Fault.CLAIM_ACCESS_MODE_MISMATCH),
        ({}, {"storage_class": "fast"}, Fault.CLAIM_STORAGE_CLASS_MISMATCH),
        ({"selector": Selector(labels={"tier": "db"})}, {}, Fault.CLAIM_SELECTOR_MISMATCH),
        ({}, {"claim": "shop/other", "phase": "Bound"}, Fault.VOLUME_ALREADY_BOUND),
        ({}, {"claim": "shop/other"}, Fault.VOLUME_ALREADY_BOUND),
        ({}, {"phase": "Released"}, Fault.VOLUME_ALREADY_BOUND),
    ],
)
def test_a_pending_claim_is_explained_by_what_the_nearest_volume_lacks(
    asked: dict[str, Any], there: dict[str, Any], fault: Fault
) -> None:
    found = judged(*web(), claim(**asked), volume(**there))

    assert set(found) == {(fault, WEB)}
    assert "disk" in found[fault, WEB].statement


def test_of_several_volumes_the_one_that_comes_nearest_is_compared() -> None:
    far = volume("far", capacity=1.0 * GIB, storage_class="slow")

    found = judged(*web(), claim(), far, volume("near", capacity=5.0 * GIB))

    assert set(found) == {(Fault.CLAIM_CAPACITY_MISMATCH, WEB)}
    assert "near" in found[Fault.CLAIM_CAPACITY_MISMATCH, WEB].statement


def test_a_free_volume_is_compared_before_one_that_others_have() -> None:
    taken = volume("taken", claim="shop/other", phase="Bound")

    found = judged(*web(), claim(), taken, volume("free", capacity=5.0 * GIB))

    assert set(found) == {(Fault.CLAIM_CAPACITY_MISMATCH, WEB)}


def test_a_claim_that_names_its_volume_is_compared_with_no_other() -> None:
    taken = volume("taken", claim="shop/other", phase="Bound")
    free = volume("free", capacity=5.0 * GIB)

    found = judged(*web(), claim(volume="taken"), taken, free)

    assert set(found) == {(Fault.VOLUME_ALREADY_BOUND, WEB)}


def test_what_the_answers_leave_out_is_taken_from_the_manifest() -> None:
    told = claim(access_modes=(), requested=None)
    objects = cluster.snapshot(*web(), told, volume(capacity=1.0 * GIB))

    blind = list(pending_claims.analyze(View(objects)))
    seeing = list(pending_claims.analyze(View(replace(objects, declared_claims=(claim(),)))))

    assert blind == []
    assert [item.fault_class for item in seeing] == [Fault.CLAIM_CAPACITY_MISMATCH]


def test_two_mismatches_weigh_less_each_than_one_alone() -> None:
    both = judged(*web(), claim(requested=20.0 * GIB), volume(storage_class="fast"))
    one = judged(*web(), claim(requested=20.0 * GIB), volume())

    key = (Fault.CLAIM_CAPACITY_MISMATCH, WEB)
    assert len(both) == 2
    assert support(both[key]) < support(one[key])


def test_a_claim_that_nobody_uses_is_named_itself() -> None:
    found = judged(claim(requested=20.0 * GIB), volume())

    assert set(found) == {(Fault.CLAIM_CAPACITY_MISMATCH, CLAIM)}


def storage_class(name: str, **more: Any) -> StorageClass:
    return StorageClass(meta=cluster.meta("StorageClass", name), **more)


def test_a_class_that_is_not_there_is_told_from_a_class_that_does_not_match() -> None:
    nothing_else = judged(*web(), claim(storage_class="gold"), storage_class("silver"))
    all_else = judged(*web(), claim(storage_class="gold"), volume(), storage_class("silver"))

    assert set(nothing_else) == {(Fault.MISSING_STORAGE_CLASS, WEB)}
    assert top(all_else) == (Fault.CLAIM_STORAGE_CLASS_MISMATCH, WEB)


def test_a_claim_without_a_class_means_the_default_one() -> None:
    default = storage_class("gold", is_default=True)

    assert judged(*web(), claim(storage_class=None), volume(storage_class="gold"), default) == {}


def test_a_claim_that_waits_for_its_first_pod_waits_on_purpose() -> None:
    item = claim(storage_class="gold")
    waits = cluster.event(item.meta, "WaitForFirstConsumer", "waiting for first consumer", "Normal")

    assert judged(item, volume(), waits, storage_class("gold")) == {}


@pytest.mark.parametrize(
    "bound",
    [claim(phase="Bound", volume="disk"), claim(phase="Bound", volume="disk", capacity=20.0 * GIB)],
)
def test_a_bound_claim_says_nothing(bound: Claim) -> None:
    assert judged(bound, volume(claim="shop/data", phase="Bound", capacity=5.0 * GIB)) == {}


def test_a_claim_that_is_not_there_is_missing_said_or_not() -> None:
    objects = web()
    pod = objects[1]
    text = '0/1 nodes are available: persistentvolumeclaim "data" not found.'
    event = cluster.event(pod.meta, "FailedScheduling", text)

    said = judged(*objects[:2], event)
    unsaid = judged(*objects[:2], complete=["PersistentVolumeClaim"])

    assert set(said) == set(unsaid) == {(Fault.MISSING_CLAIM, WEB)}
    assert support(said[Fault.MISSING_CLAIM, WEB]) > support(unsaid[Fault.MISSING_CLAIM, WEB])


def test_claims_that_were_not_listed_are_not_missing() -> None:
    assert judged(*web()[:2], complete=["Pod"]) == {}


def test_a_claim_that_a_running_pod_has_says_nothing() -> None:
    deployment = web()[0]
    pods: Iterable[Any] = [cluster.pod(deployment)]

    assert judged(deployment, *pods) == {}


def test_a_volume_that_could_not_be_made_is_told_in_the_provisioner_s_words() -> None:
    item = claim(storage_class="gold")
    event = cluster.event(item.meta, "ProvisioningFailed", "quota of disks reached")

    found = judged(*web(), item, event, storage_class("gold"))

    assert set(found) == {(Fault.VOLUME_PROVISIONING_FAILED, WEB)}
    assert "quota of disks" in found[Fault.VOLUME_PROVISIONING_FAILED, WEB].statement


def test_a_volume_that_was_made_at_the_second_try_says_nothing() -> None:
    item = claim(phase="Bound", volume="disk", storage_class="gold")

    assert judged(item, cluster.event(item.meta, "ProvisioningFailed", "try again")) == {}


def test_a_claim_that_nothing_suits_and_nobody_serves_is_told_without_an_event() -> None:
    unserved = claim(storage_class="gold")
    gold = storage_class("gold", provisioner="example.com/disk")
    fresh = replace(unserved, meta=replace(unserved.meta, created_at=cluster.NOW))

    assert set(judged(*web(), unserved, gold)) == {(Fault.VOLUME_PROVISIONING_FAILED, WEB)}
    assert judged(*web(), fresh, gold) == {}
    assert judged(unserved, gold) == {}


def test_claims_that_only_the_scheduler_speaks_of_are_suspected_from_its_words() -> None:
    found = judged(*web(), complete=["Pod"])

    key = (Fault.VOLUME_PROVISIONING_FAILED, WEB)
    assert set(found) == {key}
    assert support(found[key]) < 3
