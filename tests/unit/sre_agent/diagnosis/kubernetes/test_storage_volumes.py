from datetime import timedelta
from typing import Any

import pytest
from supply_scene import judged, support

from sre_agent.domain.cluster.pods import Mount, Reference, Volume
from sre_agent.domain.cluster.storage import Claim, PersistentVolume
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

WEB = "Deployment/shop/web"


def mounting(kind: str = "hostPath") -> Any:
    container = cluster.container(mounts=(Mount(volume="data", path="/data"),))
    return cluster.template(container, volumes=(Volume(name="data", kind=kind),))


def crashing(said: str, kind: str = "hostPath") -> list[Any]:
    web = cluster.deployment("web", mounting(kind), ready=0, available=0)
    broken = cluster.status(state="waiting", ready=False, reason="CrashLoopBackOff", restarts=4)
    pod = cluster.pod(web, ready=False, statuses=(broken,))
    return [web, pod, cluster.log(pod.meta.ref.name, "starting", said)]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("cannot open /data/db: Permission denied", Fault.VOLUME_PERMISSION_DENIED),
        ("Error: EACCES: permission denied, mkdir '/data/x'", Fault.VOLUME_PERMISSION_DENIED),
        ("open /data/db: read-only file system", Fault.VOLUME_PERMISSION_DENIED),
        ("write /data/wal: no space left on device", Fault.VOLUME_FULL),
    ],
)
def test_a_container_that_fails_on_a_file_of_its_volume_says_so(said: str, fault: Fault) -> None:
    assert set(judged(*crashing(said))) == {(fault, WEB)}


def test_a_file_without_its_path_is_less_sure_to_lie_on_the_volume() -> None:
    named = judged(*crashing("cannot open /data/db: Permission denied"))
    bare = judged(*crashing("cannot open the file db: Permission denied"))

    key = (Fault.VOLUME_PERMISSION_DENIED, WEB)
    assert support(named[key]) > support(bare[key])


@pytest.mark.parametrize(
    "said",
    [
        "listen tcp :80: bind: permission denied",
        "exec: /entrypoint.sh: permission denied",
        "ERROR: permission denied for table orders",
        "git: Permission denied (publickey)",
    ],
)
def test_permissions_that_are_no_volume_s_are_left_to_others(said: str) -> None:
    assert judged(*crashing(said)) == {}


def test_a_file_elsewhere_is_hardly_the_volume_s() -> None:
    found = judged(*crashing("open /root/.cache: permission denied"))

    assert support(found[Fault.VOLUME_PERMISSION_DENIED, WEB]) < 2


def test_a_container_without_a_volume_of_its_own_cannot_be_kept_from_one() -> None:
    assert judged(*crashing("open /data/db: permission denied", kind="configMap")) == {}


def test_a_complaint_of_a_container_that_runs_well_says_nothing() -> None:
    web = cluster.deployment("web", mounting())
    pod = cluster.pod(web)

    assert judged(web, pod, cluster.log(pod.meta.ref.name, "/data/x: permission denied")) == {}


def creating(reason: str, said: str) -> list[Any]:
    web = cluster.deployment("web", mounting(), ready=0, available=0)
    pod = cluster.waiting_pod(web, "ContainerCreating")
    return [web, pod, cluster.event(pod.meta, reason, said)]


@pytest.mark.parametrize(
    ("reason", "said", "fault"),
    [
        (
            "FailedAttachVolume",
            'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) web-1',
            Fault.VOLUME_ATTACH_FAILED,
        ),
        (
            "FailedAttachVolume",
            "AttachVolume.Attach failed: disk not found",
            Fault.VOLUME_ATTACH_FAILED,
        ),
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "data": hostPath type check failed: /mnt is not a directory',
            Fault.VOLUME_MOUNT_FAILED,
        ),
        (
            "FailedMount",
            "mount.nfs: access denied by server while mounting nas:/export",
            Fault.VOLUME_PERMISSION_DENIED,
        ),
        (
            "FailedMount",
            "Unable to attach or mount volumes: timed out waiting for the condition",
            Fault.VOLUME_MOUNT_FAILED,
        ),
    ],
)
def test_a_volume_that_does_not_come_is_told_in_the_node_s_words(
    reason: str, said: str, fault: Fault
) -> None:
    assert set(judged(*creating(reason, said))) == {(fault, WEB)}


def test_a_summary_of_a_mount_that_failed_weighs_less_than_its_reason() -> None:
    key = (Fault.VOLUME_MOUNT_FAILED, WEB)
    summary = judged(*creating("FailedMount", "timed out waiting for the condition"))
    reason = judged(*creating("FailedMount", "mount failed: exit status 32"))

    assert support(summary[key]) < support(reason[key])


def test_a_mount_that_waits_for_configuration_is_no_volume_s_trouble() -> None:
    said = 'MountVolume.SetUp failed for volume "conf" : configmap "conf" not found'

    found = judged(*creating("FailedMount", said))

    assert set(found) == {(Fault.MISSING_CONFIGMAP, WEB)}


def test_a_mount_that_came_at_the_second_try_says_nothing() -> None:
    web = cluster.deployment("web", mounting())
    pod = cluster.pod(web)

    assert judged(web, pod, cluster.event(pod.meta, "FailedMount", "mount failed")) == {}


def test_a_volume_that_failed_and_a_claim_that_lost_its_own_are_named() -> None:
    failed = PersistentVolume(
        meta=cluster.meta("PersistentVolume", "disk"), phase="Failed", reason="disk is gone"
    )
    lost = Claim(meta=cluster.meta("PersistentVolumeClaim", "data"), phase="Lost", volume="other")
    used = Volume(name="data", kind="persistentVolumeClaim", claim="data")
    web = cluster.deployment("web", cluster.template(volumes=(used,)), ready=0)

    assert set(judged(failed)) == {(Fault.VOLUME_FAILED, "PersistentVolume/disk")}
    assert set(judged(web, lost)) == {(Fault.VOLUME_FAILED, WEB)}


def test_a_reference_is_no_volume() -> None:
    conf = Volume(
        name="data",
        kind="configMap",
        reference=Reference(kind="ConfigMap", name="conf", optional=True),
    )
    web = cluster.deployment("web", cluster.template(volumes=(conf,)))

    assert judged(web, cluster.pod(web)) == {}


def test_a_mount_that_a_young_pod_failed_once_may_come_at_the_next_try() -> None:
    web = cluster.deployment("web", mounting(), ready=0, available=0)
    made = cluster.NOW - timedelta(seconds=10)
    pod = cluster.waiting_pod(web, "ContainerCreating", created_at=made)

    once = judged(web, pod, cluster.event(pod.meta, "FailedMount", "mount failed"))
    often = judged(web, pod, cluster.event(pod.meta, "FailedMount", "mount failed", count=5))

    assert once == {}
    assert set(often) == {(Fault.VOLUME_MOUNT_FAILED, WEB)}
