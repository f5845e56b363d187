"""The report says how fast the error budget burnt, and nothing where it did not."""

import pytest
from incident_log import repaired

from sre_agent.domain.incident import IncidentStatus
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
