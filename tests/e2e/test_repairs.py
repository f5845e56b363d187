"""From a real alert to a verified repair, in two worlds that share no name."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import repair_proof
from scene import OpenScene, Scene

SEEDS = (1, 2)
HOLD_S = "5"

Scenes = dict[int, Future[Scene]]


@pytest.fixture(scope="module")
def scenes(open_shared_scene: OpenScene) -> Iterator[Scenes]:
    """Both worlds, the second coming up while the first is looked at."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        yield {
            seed: pool.submit(open_shared_scene, seed, VERIFICATION_HOLD_SECONDS=HOLD_S)
            for seed in SEEDS
        }


@pytest.mark.parametrize("seed", SEEDS)
def test_an_alert_becomes_a_repair_after_one_persons_approval(scenes: Scenes, seed: int) -> None:
    scene = scenes[seed].result()

    repair_proof.from_alert_to_repair(scene)

    scene.platform.down()
