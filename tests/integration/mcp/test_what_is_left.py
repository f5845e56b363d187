"""A rehearsal foretells the state that the write leaves, so that an undo can be held against it."""

import pytest
from hands_lab import Hands, Signer, data
from lab_cluster import Workload

from sre_agent.domain.tools import ToolCall, ToolStatus


def _rollback(workload: Workload) -> tuple[ToolCall, ToolCall]:
    return workload.rollback(), workload.rollback(to_revision=2)


def _scaling(workload: Workload) -> tuple[ToolCall, ToolCall]:
    return (
        workload.call("scale_workload", replicas=2),
        workload.call("scale_workload", replicas=1),
    )


@pytest.mark.parametrize("calls", [_rollback, _scaling])
async def test_the_undo_finds_the_state_that_the_rehearsal_foretold(
    hands: Hands, workload: Workload, signer: Signer, calls: object
) -> None:
    call, undo = calls(workload)  # type: ignore[operator] # one of the two above
    foretold = await hands.rehearse(call)
    untouched = data(await hands.rehearse(undo))["state_sha256"]

    done = await hands.write(call, signer.grant(call, foretold))

    assert done.status is ToolStatus.OK, done
    found = data(await hands.rehearse(undo))["state_sha256"]
    assert found == data(foretold)["left_sha256"]
    assert found != untouched


async def test_a_change_by_somebody_else_is_another_state(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call, undo = _rollback(workload)
    foretold = await hands.rehearse(call)
    await hands.write(call, signer.grant(call, foretold))

    workload.cluster.patch(workload.namespace, workload.name, {"spec": {"replicas": 3}})

    found = data(await hands.rehearse(undo))["state_sha256"]
    assert found != data(foretold)["left_sha256"]
