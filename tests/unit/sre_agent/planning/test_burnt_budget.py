"""The report says how fast the error budget burnt, and nothing where it did not."""

import pytest
from incident_log import repaired

from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.slo import Objective, SloKind
from sre_agent.planning import burnt_budget
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def test_the_worst_look_at_the_service_counts() -> None:
    world = World(61)
    name = world.services["pay"].name
    before = build.evidence("met-1", views.signals(world, "pay"), world.now)
    world.ail("pay", ago_s=400, error_ratio=0.36)
    during = build.evidence("met-2", views.signals(world, "pay"), world.now)

    found = burnt_budget.sentence([during, before], name)

    assert found == (
        "At its worst 36.0% of its requests failed within five minutes: 360 times what an "
        "objective of 99.9% allows, at which a month's error budget lasts 2.0 h"
    )


def promise(id_: str, target: float, kind: SloKind, **more: float) -> Objective:
    fields = {"namespace": "prod", "service": "pay", "target": target, "kind": kind, **more}
    return Objective.model_validate({"id": id_, "window_days": 10, **fields})


def test_what_the_service_promised_goes_before_what_most_promise() -> None:
    world = World(61)
    name = world.services["pay"].name
    world.ail("pay", ago_s=400, error_ratio=0.36)
    during = build.evidence("met-1", views.signals(world, "pay"), world.now)
    promised = (
        promise("lax", 0.9, SloKind.AVAILABILITY),
        promise("strict", 0.03, SloKind.ERROR_RATE),
        promise("quick", 0.999, SloKind.LATENCY, threshold_s=0.1),
    )

    found = burnt_budget.sentence([during], name, promised)

    # 36 % of requests where 3 % may fail: twelve times too fast, ten days' budget in twenty hours.
    assert found == (
        "At its worst 36.0% of its requests failed within five minutes: 12 times what its objective "
        "strict (at most 3 % of requests fail over 10 days) allows, at which a whole error budget "
        "lasts 20.0 h"
    )


def test_failures_that_the_promise_allows_are_not_spoken_of() -> None:
    world = World(62)
    world.ail("pay", ago_s=400, error_ratio=0.05)
    evidence = views.evidence(world, *ROLES)
    name = world.services["pay"].name

    lax = burnt_budget.sentence(evidence, name, [promise("lax", 0.9, SloKind.AVAILABILITY)])

    assert burnt_budget.sentence(evidence, name) is not None
    assert lax is None


@pytest.mark.parametrize("error_ratio", [0.0, 0.0009])
def test_a_budget_that_lasts_is_not_spoken_of(error_ratio: float) -> None:
    world = World(62)
    world.ail("pay", ago_s=400, error_ratio=error_ratio)

    found = burnt_budget.sentence(views.evidence(world, *ROLES), world.services["pay"].name)

    assert found is None


def test_the_failures_of_others_do_not_burn_a_services_budget() -> None:
    world = World(63)
    world.ail("entry", ago_s=400, error_ratio=0.5)

    found = burnt_budget.sentence(views.evidence(world, *ROLES), world.services["pay"].name)

    assert found is None


async def test_the_report_tells_it() -> None:
    _, log, _ = await repaired()

    report = log.report(IncidentStatus.RESOLVED)

    assert "- At its worst" in report
    assert "month's error budget lasts" in report
