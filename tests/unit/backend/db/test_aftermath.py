"""A new incident is tied to an action of ours where its alert began soon after, on what that touched."""

from datetime import timedelta
from typing import Any

import pytest

from backend.db.admission.aftermath import Deed, tie
from backend.db.admission.arrivals import Arrival
from sre_agent.domain.ids import IncidentId
from sre_agent.testing.clock import START
from sre_agent.testing.world import World

NEW = IncidentId("inc-2")


def deed(action_id: str = "a1", seconds: float = 0, services: tuple[str, ...] = ("web",)) -> Deed:
    return Deed(
        incident_id=IncidentId("inc-1"),
        action_id=action_id,
        at=START + timedelta(seconds=seconds),
        target="Deployment/shop/web",
        namespace="shop",
        services=frozenset(services),
    )


def arrival(service: str = "web", seconds: float = 20, namespace: str = "shop") -> Arrival:
    [alert] = World().incident("core").alerts
    changes: dict[str, Any] = {
        "labels": {"namespace": namespace, "service": service},
        "starts_at": START + timedelta(seconds=seconds),
    }
    return Arrival(alert.model_copy(update=changes), service)


@pytest.mark.parametrize("service", ["web", "web-7c9d8b6f5-x2x4z"])
def test_an_alert_on_what_was_touched_is_tied_with_its_reason(service: str) -> None:
    [found] = tie([deed()], {NEW: [arrival(service)]})

    assert (found.incident_id, found.deed.action_id) == (NEW, "a1")
    assert found.reason == (
        f"alert HighErrorRatio of shop/{service} began 20 s after action a1 on Deployment/shop/web"
    )


@pytest.mark.parametrize(
    "other",
    [arrival("db"), arrival(namespace="bank"), arrival(seconds=-1)],
)
def test_alerts_of_others_elsewhere_or_from_before_are_not_tied(other: Arrival) -> None:
    assert list(tie([deed()], {NEW: [other]})) == []


def test_the_newest_action_that_explains_it_counts() -> None:
    deeds = [deed("a3", 60), deed("a2", 10), deed("a1", 0)]

    [found] = tie(deeds, {NEW: [arrival(seconds=20)]})

    assert found.deed.action_id == "a2"


def test_one_alert_of_several_is_enough_and_each_incident_is_tied_once() -> None:
    found = list(
        tie([deed(services=("web", "front"))], {NEW: [arrival("db"), arrival("front"), arrival()]})
    )

    assert [item.arrival.service_key[1] for item in found] == ["front"]
