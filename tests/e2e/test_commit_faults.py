"""A commit among others breaks a service, under every seed: that one is taken back, and nobody else's."""

from collections.abc import Iterator

import fault_proof
import pytest
import revert_proof
from scene import OpenScene, Scene

pytestmark = pytest.mark.e2e

SEEDS = (1, 2, 3)
COMMITTED = ("bad-commit", "bad-config-commit", "bad-flag")


@pytest.fixture(scope="module", params=SEEDS, ids="seed-{}".format)
def scene(request: pytest.FixtureRequest, open_shared_scene: OpenScene) -> Iterator[Scene]:
    """One world for all faults of a seed: each comes after the commits and reverts of those before."""
    opened = open_shared_scene(request.param, VERIFICATION_HOLD_SECONDS="5")
    yield opened
    opened.platform.down()


@pytest.mark.parametrize("fault", COMMITTED)
def test_the_commit_that_did_it_is_reverted_after_one_approval_and_every_other_is_kept(
    scene: Scene, fault: str
) -> None:
    trial = fault_proof.inject(scene, fault)

    with fault_proof.kept_when_it_fails(trial, f"{fault}-{scene.seed}"):
        revert_proof.is_taken_back(trial)


def test_a_deploy_that_did_no_harm_is_not_blamed_for_what_came_after_it(scene: Scene) -> None:
    trial = fault_proof.inject(scene, "innocent-deploy")

    with fault_proof.kept_when_it_fails(trial, f"innocent-deploy-{scene.seed}"):
        revert_proof.is_not_blamed(trial)
