"""`make demo`, whichever the scenario: what it prints at the end is what happened."""

import json
from typing import Any

import pytest
from scene import OpenScene, Scene

pytestmark = pytest.mark.e2e

SEED = 1
SCENARIOS = {
    "bad-release": 1,
    "crash-loop": 1,
    "oom": 1,
    "dependency-down": 1,
    "slow-dependency": 1,
    "two-at-once": 2,
    "bad-probe": 1,
    "image-typo": 1,
    "memory-leak": 1,
    "selector-mismatch": 1,
    "quota": 0,
    "false-alarm": 0,
}
"""Each scenario, and how many repairs it takes."""


@pytest.fixture(scope="module")
def scene(open_shared_scene: OpenScene) -> Scene:
    """One platform for all scenarios, as someone has it who tries them all."""
    return open_shared_scene(SEED, VERIFICATION_HOLD_SECONDS="5")


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_the_demo_tells_how_each_cause_was_repaired(scene: Scene, scenario: str) -> None:
    notes = len(scene.world.notes())

    printed = scene.platform.command("demo", scenario)

    told: dict[str, Any] = json.loads(printed.splitlines()[-1])
    truths = [note for note in scene.world.notes()[notes:] if "class" in note]
    repaired = [entry for entry in told["incidents"] if entry["actions_executed"]]
    assert told["scenario"] == scenario
    assert len(repaired) == SCENARIOS[scenario]
    assert {entry["verification"] for entry in repaired} <= {"resolved"}
    named = sorted(
        (entry["top_cause"]["class"], entry["top_cause"]["object"]) for entry in repaired
    )
    assert named == sorted(
        (truth["class"], "/".join(truth["object"][key] for key in ("kind", "namespace", "name")))
        for truth in truths
        if truth["repairs"]
    )
    if not repaired:
        is_handed_over = truths[0]["end"] == "handed_over"
        assert told["status"] == ("escalated" if is_handed_over else "closed")
        assert ("sre-agent lab heal" in printed) == is_handed_over
        assert told["explanation"]


def test_the_demo_of_a_commit_takes_it_back_and_proves_that_main_keeps_every_other(
    open_scene: OpenScene,
) -> None:
    scene = open_scene(SEED, VERIFICATION_HOLD_SECONDS="5")

    printed = scene.platform.command("demo", "bad-commit")

    told: dict[str, Any] = json.loads(printed.splitlines()[-1])
    (truth,) = scene.world.notes()
    assert (told["status"], told["verification"]) == ("resolved", "resolved")
    assert told["repository"]["commit"] == truth["commit"]
    assert told["repository"]["is_taken_back"]
    assert (told["repository"]["kept"], told["repository"]["lost"]) == (truth["others"], [])
    assert len(scene.world.merged_requests()) == 1
