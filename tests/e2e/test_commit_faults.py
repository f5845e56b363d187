"""A commit among others breaks a service, under every seed: that one is taken back, and nobody else's."""

import fault_proof
import pytest
import revert_proof
from scene import OpenScene

pytestmark = pytest.mark.e2e

SEEDS = (1, 2, 3)
COMMITTED = ("bad-commit", "bad-config-commit", "bad-flag")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", COMMITTED)
def test_the_commit_that_did_it_is_reverted_after_one_approval_and_every_other_is_kept(
    open_scene: OpenScene, seed: int, fault: str
) -> None:
    scene = open_scene(seed, VERIFICATION_HOLD_SECONDS="5")
    trial = fault_proof.inject(scene, fault)

    with fault_proof.kept_when_it_fails(trial, f"{fault}-{seed}"):
        revert_proof.is_taken_back(trial)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_deploy_that_did_no_harm_is_not_blamed_for_what_came_after_it(
    open_scene: OpenScene, seed: int
) -> None:
    scene = open_scene(seed, VERIFICATION_HOLD_SECONDS="5")
    trial = fault_proof.inject(scene, "innocent-deploy")

    with fault_proof.kept_when_it_fails(trial, f"innocent-deploy-{seed}"):
        revert_proof.is_not_blamed(trial)
