"""Pods of two revisions are compared while both serve: one after the other tells nothing of either."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.engine import diagnose
from sre_agent.domain.evidence import Evidence
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

STEP = timedelta(seconds=views.GRID[1])
FAILS_ALONE = "pods.only_new_revision_fails"
FAILS_TOO = "pods.old_revision_fails_too"


def served(
    found: Sequence[Evidence], world: World, role: str, new_from: datetime, old_until: datetime
) -> list[Evidence]:
    """Leave of each pod's signals of a service what was measured while it served."""
    new = f"{world.ref(role).name}-{world.services[role].releases[-1].template_hash}"
    told = []
    for item in found:
        facts: dict[str, Any] = dict(item.facts)
        for group in facts.get("pods", ()) if item.kind == "metrics.golden_signals" else ():
            if not group["labels"]["pod"].startswith(world.ref(role).name + "-"):
                continue
            is_new = group["labels"]["pod"].startswith(new)
            for signal in (group["errors"], group["latency_p99"], group["traffic"]):
                signal["points"] = [
                    point
                    for point in signal["points"]
                    if (at(point) >= new_from if is_new else at(point) <= old_until)
                ]
        told.append(item.model_copy(update={"facts": facts}))
    return told


def at(point: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(point["at"])


def rules(world: World, found: list[Evidence]) -> set[str]:
    diagnosis = diagnose(found, world.incident("core", ago_s=40), world.now)
    return {
        finding.rule
        for cause in diagnosis.causes
        if cause.object == world.ref("core")
        for finding in cause.findings
    }


@pytest.mark.parametrize(("shared", "is_told"), [(-1, False), (0, False), (1, True), (2, True)])
def test_pods_that_took_over_from_each_other_are_not_compared(shared: int, is_told: bool) -> None:
    world = World(4)
    world.release("core", ago_s=70, error_ratio=0.5, old_pods=1)
    swap = world.now - 2 * STEP
    seen = views.evidence(world, *ROLES)

    told = rules(world, served(seen, world, "core", swap, swap + shared * STEP))

    assert (FAILS_ALONE in told) is is_told


def test_old_pods_that_failed_before_the_new_ones_answered_are_no_alibi() -> None:
    world = World(5)
    world.release("core", ago_s=70, old_pods=1)
    world.ail("core", ago_s=60, error_ratio=0.4)
    swap = world.now - 2 * STEP
    seen = views.evidence(world, *ROLES)

    assert FAILS_TOO in rules(world, served(seen, world, "core", swap, swap + STEP))
    assert FAILS_TOO not in rules(world, served(seen, world, "core", swap, swap))
