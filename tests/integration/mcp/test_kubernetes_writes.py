"""Repairs through the whole path: toolbox, server, API server; counted at the API server."""

import asyncio
from pathlib import Path

import httpx
from crew import between
from hands_lab import Hands, Signer, data, hands_with, settings
from lab_cluster import Cluster, Workload
from starlette.requests import Request

from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolStatus


async def test_a_rehearsal_tells_what_would_change_and_changes_nothing(
    hands: Hands, workload: Workload
) -> None:
    before = workload.live

    result = await hands.rehearse(workload.rollback())

    rehearsed = DryRun.model_validate(result.data)
    assert result.status is ToolStatus.OK
    assert "containers[app].env[VERSION]: v2 -> v1" in rehearsed.changes
    assert rehearsed.uid == before["metadata"]["uid"]
    assert workload.live == before
    assert workload.writes == []


async def test_a_rehearsal_shows_no_secret(hands: Hands, workload: Workload) -> None:
    result = await hands.rehearse(workload.rollback())

    assert "hunter2" not in str(result)
    assert "containers[app].env[DB_PASSWORD]: [redacted] -> [redacted]" in data(result)["changes"]


async def test_a_granted_rollback_is_done_and_marked_in_one_write(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    claims = signer.claims(call, await hands.rehearse(call))

    result = await hands.write(call, signer.sign(claims))

    assert result.status is ToolStatus.OK, result
    assert data(result)["outcome"] == "applied"
    assert data(result)["grant_id"] == claims["jti"]
    assert workload.version == "v1"
    annotations = workload.live["metadata"]["annotations"]
    assert claims["jti"] in annotations["sre-agent.io/grants"]
    cause = f"rollback to revision 1 by grant {claims['jti']}"
    assert annotations["kubernetes.io/change-cause"] == cause
    assert "sre-agent.io/grants" not in str(workload.live["spec"]["template"])
    assert len(workload.writes) == 1


async def test_a_rolled_back_template_is_exactly_that_of_the_revision(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    first = workload.live["spec"]["template"]
    workload.cluster.patch(
        workload.namespace,
        workload.name,
        {
            "spec": {
                "template": {
                    "metadata": {"annotations": {"extra": "1"}},
                    "spec": {"terminationGracePeriodSeconds": 7},
                }
            }
        },
    )
    call = workload.rollback(to_revision=2)

    result = await hands.write(call, signer.grant(call, await hands.rehearse(call)))

    assert result.status is ToolStatus.OK, result
    assert workload.live["spec"]["template"] == first


async def test_a_restart_replaces_the_pods_and_a_scaling_changes_their_number(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    restart = workload.call("restart_rollout")
    scale = workload.call("scale_workload", replicas=2)

    restarted = await hands.write(restart, signer.grant(restart, await hands.rehearse(restart)))
    scaled = await hands.write(scale, signer.grant(scale, await hands.rehearse(scale)))

    assert (restarted.status, scaled.status) == (ToolStatus.OK, ToolStatus.OK), (restarted, scaled)
    spec = workload.live["spec"]
    assert "kubectl.kubernetes.io/restartedAt" in spec["template"]["metadata"]["annotations"]
    assert spec["replicas"] == 2
    assert len(workload.writes) == 2


async def test_a_repeated_call_answers_with_the_first_outcome(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))

    first = await hands.write(call, grant)
    second = await hands.write(call, grant)

    assert second.data == {
        **data(first),
        "outcome": "already_applied",
        "generation": data(second)["generation"],
    }
    assert len(workload.writes) == 1


async def test_many_callers_with_one_grant_write_once(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.call("restart_rollout")
    grant = signer.grant(call, await hands.rehearse(call))

    results = await asyncio.gather(*(hands.write(call, grant) for _ in range(8)))

    outcomes = sorted(data(result)["outcome"] for result in results)
    assert outcomes == ["already_applied"] * 7 + ["applied"]
    assert len(workload.writes) == 1


async def test_two_servers_with_one_grant_write_once(
    cluster: Cluster, workload: Workload, signer: Signer
) -> None:
    call = workload.call("scale_workload", replicas=2)
    given = settings(cluster, signer)

    async with hands_with(given) as left, hands_with(given) as right:
        grant = signer.grant(call, await left.rehearse(call))
        results = await asyncio.gather(left.write(call, grant), right.write(call, grant))

    assert sorted(data(result)["outcome"] for result in results) == ["already_applied", "applied"]
    assert len(workload.writes) == 1


async def test_a_workload_that_changed_between_look_and_write_is_not_written_over(
    cluster: Cluster, workload: Workload, signer: Signer
) -> None:
    call = workload.call("scale_workload", replicas=2)
    by_hand = {"spec": {"template": {"metadata": {"annotations": {"note": "by hand"}}}}}

    def meanwhile(request: Request) -> None:
        if request.method == "PATCH" and "dryRun" not in request.query_params:
            cluster.patch(workload.namespace, workload.name, by_hand)

    async with between(cluster, meanwhile) as way:
        given = settings(cluster, signer, kubernetes_api_url=way.url)
        async with hands_with(given) as hands:
            grant = signer.grant(call, await hands.rehearse(call))
            result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "state_changed")
    assert workload.writes == []


async def test_a_status_that_moves_meanwhile_does_not_stop_a_write(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    annotations = {"metadata": {"annotations": {"note": "looked at by hand"}}}
    workload.cluster.patch(workload.namespace, workload.name, annotations)

    result = await hands.write(call, grant)

    assert result.status is ToolStatus.OK, result
    assert workload.version == "v1"


async def test_warnings_say_what_an_approver_ought_to_know(
    hands: Hands, workload: Workload
) -> None:
    current = await hands.rehearse(workload.rollback(to_revision=2))

    assert data(current)["warnings"] == ["revision 2 is already current"]
    assert data(current)["changes"] == []


async def test_a_paused_rollout_is_refused_when_rehearsed(hands: Hands, workload: Workload) -> None:
    workload.cluster.patch(workload.namespace, workload.name, {"spec": {"paused": True}})

    rollback = await hands.rehearse(workload.rollback())
    scaling = await hands.rehearse(workload.call("scale_workload", replicas=3))

    assert (rollback.status, rollback.code) == (ToolStatus.REFUSED, "forbidden")
    assert "rollout is paused: resume it first" in rollback.reason
    assert scaling.status is ToolStatus.OK


async def test_what_cannot_be_done_is_refused_with_its_reason(
    hands: Hands, workload: Workload
) -> None:
    refusals = {
        "unknown revision": await hands.rehearse(workload.rollback(to_revision=9)),
        "no such object": await hands.rehearse(
            workload.call("restart_rollout", name="nothing-here")
        ),
        "to zero": await hands.rehearse(workload.call("scale_workload", replicas=0)),
        "not a number": await hands.rehearse(workload.call("scale_workload", replicas="2")),
        "protected": await hands.rehearse(
            workload.call("restart_rollout", namespace="kube-system")
        ),
    }

    codes = {why: (result.status.value, result.code) for why, result in refusals.items()}
    assert codes == {
        "unknown revision": ("refused", "not_found"),
        "no such object": ("refused", "not_found"),
        "to zero": ("refused", "invalid_arguments"),
        "not a number": ("refused", "invalid_arguments"),
        "protected": ("refused", "forbidden"),
    }


async def test_nothing_is_written_while_the_halt_file_exists(
    cluster: Cluster, workload: Workload, signer: Signer, tmp_path: Path
) -> None:
    halt = tmp_path / "halt"
    call = workload.rollback()

    async with hands_with(settings(cluster, signer, mcp_halt_file=halt)) as hands:
        grant = signer.grant(call, await hands.rehearse(call))
        halt.touch()
        halted = await hands.write(call, grant)
        halt.unlink()
        resumed = await hands.write(call, grant)

    assert (halted.code, data(resumed)["outcome"]) == ("halted", "applied")
    assert len(workload.writes) == 1


async def test_a_cluster_that_is_away_is_unreachable_and_not_a_refusal(
    cluster: Cluster, signer: Signer, workload: Workload
) -> None:
    call = workload.rollback()
    nowhere = settings(cluster, signer, kubernetes_api_url="http://127.0.0.1:9")

    async with hands_with(settings(cluster, signer)) as hands:
        grant = signer.grant(call, await hands.rehearse(call))
    async with hands_with(nowhere) as hands, httpx.AsyncClient() as http:
        written = await hands.write(call, grant)
        read = await hands.read("list_namespaces")
        ready = await http.get(hands.url.replace("/mcp", "/ready"))

    assert (written.status, read.status) == (ToolStatus.UNREACHABLE, ToolStatus.UNREACHABLE)
    assert (ready.status_code, ready.json()) == (503, {"status": "not_ready"})


async def test_a_read_credential_in_the_writers_place_is_forbidden_by_the_cluster(
    cluster: Cluster, signer: Signer, workload: Workload
) -> None:
    call = workload.rollback()

    async with hands_with(settings(cluster, signer)) as hands:
        grant = signer.grant(call, await hands.rehearse(call))
    weak = settings(cluster, signer, kubernetes_write_token=cluster.tokens["read"])
    async with hands_with(weak) as hands:
        result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "forbidden")
    assert workload.version == "v2"
