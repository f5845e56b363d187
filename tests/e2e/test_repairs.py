"""From a real alert to a verified repair, in two worlds that share no name."""

import pytest
import repair_proof
from scene import OpenScene


@pytest.mark.parametrize("seed", [1, 2])
def test_an_alert_becomes_a_repair_after_one_persons_approval(
    open_scene: OpenScene, seed: int
) -> None:
    # One world after the other: each keeps a processor busy for as long as it is up.
    scene = open_scene(seed, VERIFICATION_HOLD_SECONDS="5")

    repair_proof.from_alert_to_repair(scene)
