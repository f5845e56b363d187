"""What a used grant's mark proves, and where it is looked for."""

import json
from typing import Any

import pytest

from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, DryRun, Risk, SignalBound, Verification
from sre_agent.domain.tools import ToolCall, ToolStatus
from sre_agent.graph import marks
from sre_agent.testing import FakeToolbox
from sre_agent.testing.toolbox import ok

POD = ObjectRef(kind="Pod", namespace="shop", name="web-1-x")
OWNER = ObjectRef(kind="ReplicaSet", namespace="shop", name="web-1")


def deletion(controller: ObjectRef | None = OWNER) -> Action:
    return Action.model_validate(
        {
            "id": "a1",
            "call": ToolCall(
                server="kubernetes",
                tool="delete_pod",
                arguments={"namespace": "shop", "name": POD.name},
            ),
            "target": POD,
            "risk": Risk.LOW,
            "rationale": "it is stuck",
            "evidence_ids": ("k8s-1.1",),
            "blast_radius": BlastRadius(pods=1, callers=(), statement=""),
            "inverse": None,
            "verification": Verification(
                object=POD,
                bounds=(SignalBound(namespace="shop", service="web"),),
                hold_s=30,
                deadline_s=120,
            ),
            "dry_run": DryRun(
                state_sha256="s", result_sha256="r", uid="u", changes=(), controller=controller
            ),
        }
    )


def toolbox(key: str, **mark: str) -> FakeToolbox:
    """Return a toolbox in which the pod is gone and its controller bears a mark."""
    annotations: dict[str, Any] = {key: json.dumps([{"id": "g1", "detail": "deleted", **mark}])}
    manifest = {"metadata": {"annotations": annotations}}
    return FakeToolbox().on(
        "kubernetes",
        "get_resource",
        ok(
            {"manifest": manifest},
        ),
        kind="ReplicaSet",
        name="web-1",
    )


async def test_a_deleted_pods_mark_is_found_on_its_controller() -> None:
    found = await marks.find(toolbox(marks.DELETIONS), deletion(), "g1", deadline_s=1)

    assert found is not None
    assert (found.data or {})["outcome"] == "already_applied"


@pytest.mark.parametrize(
    ("box", "action", "grant_id"),
    [
        (toolbox(marks.DELETIONS, outcome="begun"), deletion(), "g1"),
        (toolbox(marks.DELETIONS), deletion(), "g2"),
        (toolbox(marks.ANNOTATION), deletion(), "g1"),
        (toolbox(marks.DELETIONS), deletion(controller=None), "g1"),
        (FakeToolbox(), deletion(), "g1"),
    ],
    ids=["only begun", "another grant's", "another annotation's", "nowhere to look", "no answer"],
)
async def test_what_is_no_proof_is_not_taken_for_one(
    box: FakeToolbox, action: Action, grant_id: str
) -> None:
    assert await marks.find(box, action, grant_id, deadline_s=1) is None


def test_what_is_not_deleted_bears_its_own_mark() -> None:
    assert marks.bearer(deletion(controller=None)) == (POD, marks.ANNOTATION)
    assert marks.bearer(deletion()) == (OWNER, marks.DELETIONS)


async def test_what_was_done_in_part_is_told_as_that_and_not_as_done() -> None:
    box = toolbox(marks.DELETIONS, outcome="partly", detail="evicted 2 of 3 pods")

    found = await marks.find(box, deletion(), "g1", deadline_s=1)

    assert found is not None
    assert (found.status, found.code) == (ToolStatus.REFUSED, "partly_done")
    assert found.reason.endswith("evicted 2 of 3 pods")
