"""A failing callee is a hint against its caller; one outside of the cluster is more."""

import pytest

from sre_agent.diagnosis.kubernetes.dependencies import failing_callees
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected


def said(line: str) -> dict[tuple[Fault, str], float]:
    web = make.deployment("web")
    cluster = make.snapshot(
        web, make.deployment("db"), make.service("web"), make.service("db"), make.log("web", line)
    )
    return suspected(cluster, failing_callees.analyze)


def test_a_callee_in_the_cluster_that_fails_is_a_hint() -> None:
    assert said("dial tcp db:80: connection refused") == {(Fault.DEPENDENCY_FAILURE, "web"): 1}


def test_a_service_outside_that_does_not_answer_is_external() -> None:
    found = said("POST https://api.payments.example.com/v1: Read timed out")

    assert found == {(Fault.EXTERNAL_SERVICE_FAILURE, "web"): 2}


@pytest.mark.parametrize(
    "line",
    [
        "dial tcp web:80: connection refused",
        "dial tcp unknown:80: connection refused",
        "lookup db.shop.svc on 10.0.0.10:53: i/o timeout",
        "GET https://api.payments.example.com/v1: 200",
    ],
)
def test_oneself_strangers_and_successes_are_no_failing_callees(line: str) -> None:
    assert not said(line)
