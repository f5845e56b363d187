"""The same repair under every seed: other names, another service at fault, the same promises."""

import pytest
import repair_proof
from scene import OpenScene


@pytest.mark.e2e
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_the_names_the_service_at_fault_is_repaired(
    open_scene: OpenScene, seed: int
) -> None:
    scene = open_scene(seed)

    repair_proof.from_alert_to_repair(scene)

    scene.platform.down()
