"""Better and worse are said against what was seen right before the action, on fresh data, over a window."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verification_answers import (
    BAD,
    DONE,
    GOOD,
    SERVICE,
    after,
    before,
    firing,
    judged,
)

from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import Follower
from sre_agent.domain.observations.metrics import ActiveAlert
from sre_agent.planning.verification import Outcome
from sre_agent.testing import evidence as build
from sre_agent.testing.toolbox import no_data, unreachable

CALLER = "shopfront"


def new_alert(service: str, seconds: float = 10, **labels: str) -> tuple[ActiveAlert, ...]:
    alert = ActiveAlert(
        name="Another",
        state="firing",
        labels={"service": service, **labels},
        active_at=after(seconds),
    )
    return (alert,)


def crashing(count: int) -> dict[str, Any]:
    """Return that one pod of two runs, and so many crash."""
    crash = build.waiting(SERVICE, "CrashLoopBackOff")
    pods = tuple(build.pod(f"{SERVICE}-{n}", DONE, container=crash) for n in range(count))
    return {"replicas": build.replicas(2, ready=1), "pods": pods}


def test_clearly_more_errors_than_before_are_worse_long_before_the_deadline() -> None:
    found = judged(40, errors=0.9)

    assert found.outcome is Outcome.WORSE
    assert found.reason == "ns/svc: error ratio 0.4 before, 0.9 after (delta +1.00)"


def test_worse_needs_its_whole_window_after_the_action() -> None:
    assert judged(30, errors=0.9).outcome is Outcome.PENDING


def test_requests_that_became_slow_are_worse() -> None:
    found = judged(40, latency=2.0)

    assert found.outcome is Outcome.WORSE
    assert "p99 latency 0.02 before, 2 after" in found.reason


@pytest.mark.parametrize(
    ("then", "changes"),
    [
        (before(), {"errors": 0.45}),
        (before(errors=0.0), {"errors": 0.015}),
        (before(), {"errors": 0.9, "traffic": 0.0}),
        (before(), {"errors": 0.9, "traffic": 0.5}),
        (before(), {"errors": 0.9, "data_end": DONE - timedelta(seconds=1)}),
        (before(), {"errors": 0.9, "at": DONE - timedelta(seconds=1)}),
        ([], {"errors": 0.9}),
        (before(results={"golden_signals": no_data()}), {"errors": 0.9}),
    ],
)
def test_what_is_not_clear_or_not_fresh_or_without_traffic_is_not_worse(
    then: list[Any], changes: dict[str, Any]
) -> None:
    assert judged(60, then=then, **changes).outcome is not Outcome.WORSE


def test_clearly_better_but_not_good_is_improved_at_the_deadline() -> None:
    assert judged(60, errors=0.1).outcome is Outcome.PENDING

    found = judged(120, errors=0.1)

    assert found.outcome is Outcome.IMPROVED
    assert "error ratio 0.4 before, 0.1 after" in found.reason
    assert "above 0.02" in found.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"errors": 0.35},
        {"errors": 0.1, "replicas": build.replicas(3, ready=2)},
    ],
)
def test_what_is_not_clearly_better_in_all_is_not_improved(changes: dict[str, Any]) -> None:
    assert judged(120, **changes).outcome is Outcome.NOT_RESOLVED


@settings(max_examples=60, deadline=None)
@given(
    seconds=st.integers(0, 200),
    silence=st.sampled_from(
        [
            {"results": {"golden_signals": unreachable()}},
            {"results": {"golden_signals": no_data()}},
            {"traffic": 0.0},
            {"traffic": 0.9},
            {"data_end": DONE},
            {"at": DONE - timedelta(seconds=1)},
        ]
    ),
)
def test_silence_is_neither_better_nor_worse_nor_resolved(
    seconds: int, silence: dict[str, Any]
) -> None:
    found = judged(seconds, errors=0.0, **silence).outcome

    assert found in {Outcome.PENDING, Outcome.UNKNOWN}


@pytest.mark.parametrize("service", [SERVICE, CALLER])
def test_a_new_alert_on_target_or_caller_is_worse_once_it_lasts(service: str) -> None:
    changes: dict[str, Any] = {"alerts": new_alert(service), "callers": (CALLER,)}

    first = judged(40, **changes)
    later = judged(70, harmed_since=first.harmed_since, **changes)

    assert first.outcome is Outcome.PENDING
    assert list(first.harmed_since.values()) == [after(40)]
    assert later.outcome is Outcome.WORSE
    assert later.reason == f"alert Another on {service} began after the action"


def test_a_new_alert_that_goes_again_is_no_harm() -> None:
    first = judged(40, alerts=new_alert(SERVICE))

    assert judged(70, harmed_since=first.harmed_since).outcome is Outcome.RESOLVED


@pytest.mark.parametrize(
    "alerts",
    [
        new_alert("stranger"),
        new_alert(SERVICE, seconds=-5),
        new_alert(SERVICE, severity="info"),
        firing("Another", SERVICE),
    ],
)
def test_alerts_of_others_or_from_before_or_of_little_weight_are_no_harm(
    alerts: tuple[ActiveAlert, ...],
) -> None:
    assert judged(40, alerts=alerts).outcome is Outcome.RESOLVED


def test_pods_that_crash_where_they_were_ready_are_worse_once_it_lasts() -> None:
    first = judged(40, errors=BAD, **crashing(1))
    later = judged(70, errors=BAD, harmed_since=first.harmed_since, **crashing(1))

    assert first.outcome is Outcome.PENDING
    assert later.outcome is Outcome.WORSE
    assert "2 pods ready before, 1 after; CrashLoopBackOff" in later.reason


def test_pods_that_only_start_have_time_to_the_deadline() -> None:
    slow: dict[str, Any] = {"replicas": build.replicas(2, ready=1)}
    first = judged(40, **slow)

    assert judged(80, harmed_since=first.harmed_since, **slow).outcome is Outcome.PENDING
    assert judged(120, harmed_since=first.harmed_since, **slow).outcome is Outcome.WORSE


def test_fewer_pods_because_fewer_are_wanted_are_no_harm() -> None:
    assert judged(40, replicas=build.replicas(1)).outcome is Outcome.RESOLVED


def test_an_incident_that_the_action_started_elsewhere_is_worse_once_it_lasts() -> None:
    follower = Follower(
        incident_id=IncidentId("inc-2"),
        action_id=ActionId("a1"),
        service=CALLER,
        opened_at=after(5),
    )
    first = judged(40, followers=(follower,))

    later = judged(70, followers=(follower,), harmed_since=first.harmed_since)

    assert first.outcome is Outcome.PENDING
    assert later.outcome is Outcome.WORSE
    assert later.reason == f"incident inc-2 of {CALLER} began after action a1"


LOOK_BACK = 5
"""Seconds that the signals of these tests look back."""


def of_action(began_s: float) -> Follower:
    """Return an incident that began so long after the action."""
    return Follower(
        incident_id=IncidentId("inc-2"),
        action_id=ActionId("a1"),
        service=CALLER,
        opened_at=after(began_s),
    )


def test_what_began_at_once_counts_only_when_nothing_before_the_action_is_looked_back_to() -> None:
    assert judged(LOOK_BACK - 1, followers=(of_action(1),)).harmed_since == {}
    assert judged(LOOK_BACK, followers=(of_action(1),)).harmed_since != {}


def test_what_began_later_counts_at_once() -> None:
    began = of_action(LOOK_BACK + 1)

    assert judged(LOOK_BACK + 2, followers=(began,)).harmed_since != {}


def test_an_alert_that_began_at_once_counts_only_then_too() -> None:
    [alarm] = firing("HighErrorRatio", CALLER)
    soon = alarm.model_copy(update={"active_at": after(1)})

    early = judged(LOOK_BACK - 1, alerts=(soon,), callers=(CALLER,))
    late = judged(LOOK_BACK, alerts=(soon,), callers=(CALLER,))

    assert (early.harmed_since, bool(late.harmed_since)) == ({}, True)


def test_what_was_good_before_and_stays_good_is_resolved() -> None:
    assert judged(40, then=before(errors=GOOD)).outcome is Outcome.RESOLVED
