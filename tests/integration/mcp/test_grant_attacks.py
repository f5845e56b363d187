"""Hostile calls, spoken to the server directly: each is refused and nothing is written."""

import json
import time
from typing import Any

import jwt
import pytest
from hands_lab import DEADLINE_S, READ_TOKEN, Hands, RealClock, Signer, data
from lab_cluster import Workload, new_workload

from sre_agent.config import action_kinds
from sre_agent.domain.grant import META_KEY
from sre_agent.domain.tools import ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

pytestmark = pytest.mark.attack("grant turned on another call, object or state")

Json = dict[str, Any]


async def test_a_grant_for_one_set_of_arguments_permits_no_other(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    small = workload.call("scale_workload", replicas=2)
    grant = signer.grant(small, await hands.rehearse(small))

    large = await hands.write(workload.call("scale_workload", replicas=3), grant)
    other_tool = await hands.write(workload.call("restart_rollout"), grant)

    assert large.code == "grant_not_for_this_call"
    assert other_tool.code == "grant_not_for_this_call"
    assert workload.writes == []


async def test_a_grant_cannot_be_turned_on_another_object(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    victim = new_workload(workload.cluster)
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))

    result = await hands.write(victim.rollback(), grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "grant_not_for_this_call")
    assert victim.writes == []


async def test_a_grant_made_for_a_dry_run_state_dies_with_any_change_of_the_object(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    workload.cluster.patch(workload.namespace, workload.name, {"spec": {"replicas": 2}})

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "state_changed")
    assert workload.version == "v2"
    assert workload.writes == []


async def test_a_revision_that_was_tampered_with_since_the_approval_is_not_returned_to(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    workload.cluster.forge_revision(workload.namespace, 1, "evil/miner:1")

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "result_changed")
    assert workload.version == "v2"
    assert workload.writes == []


async def test_a_grant_does_not_hold_for_an_object_made_anew_under_the_old_name(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.call("restart_rollout")
    grant = signer.grant(call, await hands.rehearse(call))
    workload.cluster.delete(workload.namespace, workload.name)
    workload.cluster.release(workload.namespace, workload.name, "v2")

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "grant_not_for_this_target")
    assert workload.writes == []


async def test_a_replayed_grant_answers_with_its_outcome_even_after_it_expired(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.call("restart_rollout")
    now = int(time.time())
    grant = signer.grant(call, await hands.rehearse(call), exp=now + 1, nbf=now - 10)
    first = await hands.write(call, grant)
    claims = {**jwt.decode(grant, options={"verify_signature": False}), "exp": now - 600}

    replayed = await hands.write(call, signer.sign(claims))

    assert data(first)["outcome"] == "applied"
    assert data(replayed)["outcome"] == "already_applied"
    assert data(replayed)["at"] == data(first)["at"]
    assert len(workload.writes) == 1


async def test_a_replayed_grant_does_not_undo_what_people_did_since(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    await hands.write(call, grant)
    workload.cluster.release(workload.namespace, workload.name, "v3")

    replayed = await hands.write(call, grant)

    assert data(replayed)["outcome"] == "already_applied"
    assert workload.version == "v3"
    assert len(workload.writes) == 1


async def test_a_used_grant_is_known_by_its_id_and_not_by_a_mark_that_merely_contains_it(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    marks = [{"id": "longer-fixed-id", "tool": "rollback_rollout", "at": "", "detail": ""}]
    annotations = {"sre-agent.io/grants": json.dumps(marks)}
    patch = {"metadata": {"annotations": annotations}}
    workload.cluster.patch(workload.namespace, workload.name, patch)
    grant = signer.grant(call, await hands.rehearse(call), jti="fixed-id")

    result = await hands.write(call, grant)

    assert data(result)["outcome"] == "applied"


async def test_spoiled_marks_stop_every_write(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    patch = {"metadata": {"annotations": {"sre-agent.io/grants": "[oops"}}}
    workload.cluster.patch(workload.namespace, workload.name, patch)

    result = await hands.write(call, signer.grant(call, await hands.rehearse(call)))

    assert (result.status, result.code) == (ToolStatus.REFUSED, "conflict")
    assert workload.writes == []


async def test_a_grant_among_the_arguments_is_no_grant(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    smuggled = {
        name: await hands.write(
            call.model_copy(update={"arguments": {**call.arguments, name: value}}), ""
        )
        for name, value in {
            "grant": grant,
            "_meta": {META_KEY: grant},
            "call": {"grant": grant},
        }.items()
    }

    assert {result.code for result in smuggled.values()} == {"invalid_arguments"}
    assert workload.writes == []


async def test_a_reading_session_has_no_writing_tool_whatever_it_carries(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    confused = Endpoint(hands.url, READ_TOKEN, READ_TOKEN)

    async with McpToolbox({"kubernetes": confused}, RealClock()) as toolbox:
        listed = await toolbox.list_tools("kubernetes")
        read = await toolbox.read(call, deadline_s=DEADLINE_S)
        rehearsed = await toolbox.rehearse(call, deadline_s=DEADLINE_S)
        written = await toolbox.write(call, grant=grant, deadline_s=DEADLINE_S)

    assert listed
    assert not {kind.tool for kind in action_kinds.shipped()} & listed.keys()
    assert [each.code for each in (read, rehearsed, written)] == ["unknown_tool"] * 3
    assert workload.writes == []


async def test_names_that_are_paths_reach_nothing_else(hands: Hands, workload: Workload) -> None:
    sneaky = f"../../namespaces/{workload.namespace}/deployments/{workload.name}"

    results = [
        await hands.read("get_resource", kind="Secret", namespace="default", name=sneaky),
        await hands.read("describe_workload", namespace="../kube-system", name="x"),
        await hands.read("get_pod_logs", namespace=workload.namespace, pod="x/../../y"),
        await hands.rehearse(workload.call("restart_rollout", name="x?dryRun=None")),
    ]

    assert {(each.status.value, each.code) for each in results} == {
        ("refused", "invalid_arguments")
    }
