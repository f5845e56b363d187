"""What programs say of settings they miss, before they end."""

from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.config import missing_settings
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.testing.cluster import deployment, log, pod, ref, snapshot, status

LOOP: dict[str, Any] = {
    "ready": False,
    "state": "waiting",
    "reason": "CrashLoopBackOff",
    "restarts": 4,
}


def proposed(*lines: str, **state: Any) -> list[Any]:
    owner = deployment("cart")
    sick = pod(owner, statuses=(status(**state),), ready=not state)
    view = View(snapshot(owner, sick, log(sick.meta.ref.name, *lines)))
    return list(missing_settings.analyze(view))


def test_a_container_that_ends_for_want_of_a_variable_is_missing_configuration() -> None:
    (found,) = proposed("starting", "fatal: missing environment variable SIGNING_KEY", **LOOP)

    assert (found.fault_class, found.object) == (
        FaultClass.MISSING_CONFIGURATION,
        ref("Deployment", "cart"),
    )
    assert found.facts["variable"] == "SIGNING_KEY"
    assert found.findings[0].evidence_ids[0].startswith("log/")


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (("fatal: missing environment variable SIGNING_KEY",), {}),
        (("panic: no route to host",), LOOP),
        (("missing environment variable OLD_KEY", *["served"] * 30), LOOP),
    ],
    ids=["it runs", "another complaint", "said long ago"],
)
def test_who_runs_or_ends_for_something_else_misses_nothing(
    lines: tuple[str, ...], state: dict[str, Any]
) -> None:
    assert proposed(*lines, **state) == []
