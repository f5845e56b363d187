"""Where trouble begins is told although no cause is established, and only when requests show it."""

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.incident import case, situation
from sre_agent.diagnosis.weighing import origin
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def judged(world: World, role: str, evidence: list[Evidence] | None = None) -> Diagnosis:
    return diagnose(evidence or views.evidence(world, *ROLES), world.incident(role), world.now)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("ill", "alerting"), [("pay", "entry"), ("store", "core"), ("pay", "pay")])
def test_the_service_whose_own_requests_fail_is_told(seed: int, ill: str, alerting: str) -> None:
    world = World(seed)
    world.ail(ill, ago_s=90, error_ratio=0.4)

    found = judged(world, alerting)

    assert found.conclusion is Conclusion.UNDECIDED
    name = world.services[ill].name
    assert f"it begins at {name}: errors from 0.0% to 40.0%" in found.reason
    assert f"100% of it not explained by anything that {name} calls" in found.reason


def test_clocks_that_differ_by_a_little_are_one_clock() -> None:
    world = World(4)
    world.ail("pay", ago_s=90, error_ratio=0.4)
    evidence = views.evidence(world, *ROLES)

    found = judged(world, "entry", [_later(item, number) for number, item in enumerate(evidence)])

    assert f"it begins at {world.services['pay'].name}" in found.reason


def test_nothing_is_told_of_services_that_serve_as_before() -> None:
    world = World(5)

    seen = situation.assess(
        case.build(views.evidence(world, *ROLES), world.incident("entry"), world.now)
    )

    assert origin.find(seen) is None


def test_nothing_is_told_where_two_are_equally_ill() -> None:
    world = World(7)
    for role in ("pay", "store"):
        world.ail(role, ago_s=90, error_ratio=0.3)

    seen = situation.assess(
        case.build(views.evidence(world, *ROLES), world.incident("core"), world.now)
    )

    assert origin.find(seen) is None


def test_nothing_is_told_where_nobody_knows_what_was_usual() -> None:
    world = World(6)
    world.ail("pay", ago_s=560, error_ratio=0.4)

    seen = situation.assess(
        case.build(views.evidence(world, *ROLES), world.incident("pay", ago_s=550), world.now)
    )

    assert origin.find(seen) is None


def _later(item: Evidence, number: int) -> Evidence:
    """Return evidence whose samples were taken some milliseconds later."""
    if item.kind != "metrics.golden_signals":
        return item
    total = {
        name: {**signal, "points": [_moved(point, number) for point in signal["points"]]}
        if isinstance(signal, dict) and "points" in signal
        else signal
        for name, signal in item.facts["total"].items()
    }
    return item.model_copy(update={"facts": item.facts | {"total": total}})


def _moved(point: dict[str, object], number: int) -> dict[str, object]:
    return {**point, "at": str(point["at"]).replace("Z", f".{number:03d}Z")}


def test_it_speaks_for_causes_where_trouble_begins_and_for_no_others() -> None:
    world = World(8)
    world.release("pay", ago_s=100, error_ratio=0.4)

    found = judged(world, "entry")

    spoken = {
        str(cause.object)
        for cause in found.causes
        for item in cause.findings
        if item.rule == "signals.begins_here"
    }
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert spoken == {str(world.ref("pay"))}


def test_of_one_service_alone_it_is_no_news_that_its_trouble_is_its_own() -> None:
    world = World(9)
    world.ail("pay", ago_s=90, error_ratio=0.4)

    seen = situation.assess(
        case.build(views.evidence(world, "pay"), world.incident("pay"), world.now)
    )

    assert origin.find(seen) is None
