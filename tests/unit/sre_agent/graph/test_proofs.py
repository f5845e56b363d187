"""How an action is proved is what the catalogue says of its tool."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from run_scene import DRY_RUN, Scene, make_scene

from sre_agent.domain.actions import Actions, Proof
from sre_agent.domain.events import EventKind
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import ok


def prove_by(scene: Scene, proof: Proof) -> None:
    """Have the catalogue say that rollbacks are proved so."""
    actions = scene.playbooks.actions
    kind = actions.find("kubernetes", "rollback_rollout")
    assert kind is not None
    verifying = kind.verification.model_copy(update={"proof": proof})
    changed = kind.model_copy(update={"verification": verifying})
    kinds = {**actions.kinds, ("kubernetes", "rollback_rollout"): changed}
    scene.playbooks = replace(scene.playbooks, actions=Actions(MappingProxyType(kinds)))


def heal(scene: Scene, *left: str) -> None:
    """Have the rollback heal; rehearsed after it, it would change what is left."""

    def reply(_: ToolCall) -> ToolResult:
        modes = scene.modes()
        if modes[-1] == "write":
            scene.world.release("core", ago_s=0)
            return ok({"outcome": "applied"}, observed_at=scene.world.now)
        data = {**DRY_RUN, "changes": list(left)} if "write" in modes else DRY_RUN
        return ok(data, observed_at=scene.world.now)

    scene.toolbox.on("kubernetes", "rollback_rollout", reply)


@pytest.mark.parametrize(
    ("proof", "left", "result"),
    [
        (Proof.ROLLOUT, ("image: v2 -> v1",), "resolved"),
        (Proof.DECLARED, ("image: v2 -> v1",), "not_resolved"),
        (Proof.DECLARED, (), "resolved"),
    ],
)
async def test_what_is_to_stand_as_declared_is_rehearsed_again(
    proof: Proof, left: tuple[str, ...], result: str
) -> None:
    scene = make_scene()
    prove_by(scene, proof)
    heal(scene, *left)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert finished["result"] == result
