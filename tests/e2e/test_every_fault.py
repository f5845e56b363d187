"""Every fault under every seed, one after the other in one world: found, repaired once, or let be."""

from collections.abc import Iterator

import fault_proof
import pytest
from scene import OpenScene, Scene

pytestmark = pytest.mark.e2e

SEEDS = (1, 2, 3)
REPAIRED = (
    "bad-release",
    "crash-loop",
    "oom",
    "dependency-down",
    "slow-dependency",
    "two-at-once",
    "bad-probe",
    "image-typo",
    "selector-mismatch",
)
HANDED_OVER = ("quota",)


@pytest.fixture(scope="module", params=SEEDS, ids="seed-{}".format)
def scene(request: pytest.FixtureRequest, open_shared_scene: OpenScene) -> Iterator[Scene]:
    """One world for all faults of a seed: each comes after the scars of those before."""
    opened = open_shared_scene(request.param, VERIFICATION_HOLD_SECONDS="5")
    yield opened
    opened.platform.down()


@pytest.mark.parametrize("fault", REPAIRED)
def test_each_cause_is_found_and_repaired_once_after_approval(scene: Scene, fault: str) -> None:
    trial = fault_proof.inject(scene, fault)

    with fault_proof.kept_when_it_fails(trial, f"{fault}-{scene.seed}"):
        fault_proof.is_repaired_by_its_own_plan(trial)


def test_a_leak_is_foreseen_and_repaired_before_anything_is_killed(scene: Scene) -> None:
    trial = fault_proof.inject(scene, "memory-leak")

    with fault_proof.kept_when_it_fails(trial, f"memory-leak-{scene.seed}"):
        fault_proof.is_repaired_by_its_own_plan(trial)
        fault_proof.was_foreseen(trial)


@pytest.mark.parametrize("fault", HANDED_OVER)
def test_what_no_program_may_mend_is_named_and_left_to_a_person(scene: Scene, fault: str) -> None:
    trial = fault_proof.inject(scene, fault)

    with fault_proof.kept_when_it_fails(trial, f"{fault}-{scene.seed}"):
        fault_proof.is_named_and_handed_over(trial)


def test_a_false_alarm_is_explained_and_nothing_is_touched(scene: Scene) -> None:
    trial = fault_proof.inject(scene, "false-alarm")

    with fault_proof.kept_when_it_fails(trial, f"false-alarm-{scene.seed}"):
        fault_proof.is_explained_and_left_alone(trial)
