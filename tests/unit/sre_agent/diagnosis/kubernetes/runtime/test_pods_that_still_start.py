"""A young pod is given the time that its own probes give it, and no more."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.routing import no_endpoints
from sre_agent.diagnosis.kubernetes.runtime import unready
from sre_agent.domain.cluster.network import Endpoints
from sre_agent.domain.cluster.pods import Probe, Termination
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

PATIENT: dict[str, Any] = {
    "startup": Probe(handler="http", port=80, period_s=10, failure_threshold=30)
}
LATE: dict[str, Any] = {"readiness": Probe(handler="http", port=80, initial_delay_s=180)}


def ago(seconds: float) -> datetime:
    return make.NOW - timedelta(seconds=seconds)


def rollout(age_s: float, probes: dict[str, Any], **status: Any) -> Snapshot:
    """Return a Service in front of a first rollout whose only pod is of an age and not ready."""
    web = make.deployment("web", make.template(make.container(**probes)), ready=0, available=0)
    box = make.status(ready=False, **({"started_at": ago(age_s)} | status))
    pod = make.pod(web, ready=False, created_at=ago(age_s), started_at=ago(age_s), statuses=(box,))
    nobody = Endpoints(meta=make.meta("Endpoints", "web"))
    return make.snapshot(web, make.replicaset(web), pod, make.service("web"), nobody)


def blamed(cluster: Snapshot) -> set[Fault]:
    both = suspected(cluster, no_endpoints.analyze) | suspected(cluster, unready.analyze)
    return {fault for fault, _ in both}


BOTH = {Fault.NO_ENDPOINTS, Fault.UNHEALTHY_POD}


@pytest.mark.parametrize(("age_s", "probes"), [(70, PATIENT), (290, PATIENT), (70, LATE)])
def test_a_pod_within_the_time_of_its_own_probes_still_starts(
    age_s: float, probes: dict[str, Any]
) -> None:
    assert blamed(rollout(age_s, probes)) == set()


@pytest.mark.parametrize(
    ("age_s", "probes", "status"),
    [
        (70, {}, {}),
        (70, {"readiness": Probe(handler="http", port=80)}, {}),
        (400, PATIENT, {}),
        (300, LATE, {}),
        (70, PATIENT, {"has_started": True}),
        (310, PATIENT | {"readiness": Probe(handler="http", port=80)}, {"has_started": False}),
    ],
    ids=[
        "no probe gives it time",
        "a usual probe gives it half a minute",
        "the time of its startup probe is over",
        "the time of its readiness probe is over",
        "it is past its startup probe",
        "its startup probe failed to the end",
    ],
)
def test_a_pod_whose_time_is_over_is_unhealthy(
    age_s: float, probes: dict[str, Any], status: dict[str, Any]
) -> None:
    assert blamed(rollout(age_s, probes, **status)) == BOTH


def test_a_container_that_was_started_again_does_not_just_start() -> None:
    last = Termination(reason="Error", exit_code=1, finished_at=ago(15))
    again = rollout(70, PATIENT, restarts=1, last_ended=last, started_at=ago(10))

    # That a container restarts is others' to say; `unhealthy_pod` is of those that do not.
    assert blamed(again) == {Fault.NO_ENDPOINTS}


def test_a_container_that_does_not_run_gets_no_time_from_its_probes() -> None:
    waits = rollout(70, PATIENT, state="waiting", reason="CreateContainerError")

    assert blamed(waits) == BOTH


def test_a_slow_pod_beside_one_that_never_had_so_much_time_excuses_nobody() -> None:
    quick = rollout(70, {}).pods[0]
    slow = rollout(70, PATIENT)
    (pod,) = slow.pods
    other = make.pod("web", 2, ready=False, created_at=ago(600), statuses=quick.statuses)

    both = make.snapshot(
        *slow.deployments, *slow.replicasets, *slow.services, *slow.endpoints, pod, other
    )

    assert blamed(both) == BOTH
