"""Pods that do not run are never called well, also when nothing says why."""

from dataclasses import replace

import pytest

from sre_agent.diagnosis.concluding import unexplained
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod
from sre_agent.testing import cluster

WEB = cluster.deployment("web")


def told(*pods: Pod) -> str | None:
    return unexplained.explain(View(cluster.snapshot(WEB, *pods)), cluster.NOW)


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "CreateContainerConfigError"])
def test_a_container_that_does_not_get_to_run_is_named_with_its_reason(reason: str) -> None:
    pod = cluster.waiting_pod("web", reason)

    assert f"{pod.meta.ref.name} ({reason})" in str(told(pod))


def test_the_reason_of_a_table_counts_also_for_a_container_that_prepares() -> None:
    pod = cluster.pending_pod("web", reason="Init:ImagePullBackOff")

    assert "(ImagePullBackOff)" in str(told(pod))


def test_a_pod_that_is_pending_for_long_is_named() -> None:
    assert "(Pending)" in str(told(cluster.pending_pod("web")))


def test_a_pod_that_runs_or_still_starts_is_no_matter() -> None:
    starts = cluster.waiting_pod("web", "ContainerCreating", number=2, created_at=cluster.NOW)

    assert told(cluster.pod("web"), starts) is None


def test_a_pod_that_is_being_deleted_is_no_matter() -> None:
    pod = cluster.pending_pod("web")
    leaving = replace(pod, meta=replace(pod.meta, deleted_at=cluster.NOW))

    assert told(leaving) is None
