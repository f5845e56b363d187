"""From a real alert to a verified repair, twice in one world; `make test-e2e` has every world and fault."""

import fault_proof
import pytest
import repair_proof
from scene import OpenScene, Scene


@pytest.fixture(scope="module")
def scene(open_shared_scene: OpenScene) -> Scene:
    # One world for both: it keeps half a processor busy for as long as it is up.
    return open_shared_scene(2, VERIFICATION_HOLD_SECONDS="5")


def test_an_alert_becomes_a_repair_after_one_persons_approval(scene: Scene) -> None:
    repair_proof.from_alert_to_repair(scene)


def test_another_cause_becomes_another_repair(scene: Scene) -> None:
    trial = fault_proof.inject(scene, "selector-mismatch")

    with fault_proof.kept_when_it_fails(trial, "selector-mismatch"):
        fault_proof.is_repaired_by_its_own_plan(trial)
