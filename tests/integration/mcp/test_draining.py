"""A node is emptied once, pod by pod, no further than budgets let it; what is left is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hands_lab import CLUSTER_ID, READ_TOKEN, WRITE_TOKEN, Hands, Signer, data, hands_with
from hands_lab import serving as served
from lab_cluster import Json
from small_api import CORE
from small_node import ILL, NODES, SmallNode, two_nodes

from mcp_servers.kubernetes.settings import KubernetesSettings
from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolCall, ToolStatus

DRAIN_S = 0.8


@asynccontextmanager
async def hands_on(api: SmallNode, signer: Signer, **others: Any) -> AsyncIterator[Hands]:
    async with served(api.app()) as url:
        values: Json = {
            "mcp_port": 0,
            "mcp_read_token": READ_TOKEN,
            "mcp_write_token": WRITE_TOKEN,
            "mcp_cluster_id": CLUSTER_ID,
            "mcp_drain_s": DRAIN_S,
            "kubernetes_api_url": url.removesuffix("/mcp"),
            "kubernetes_read_token": "reader",
            "kubernetes_write_token": "writer",
            "grant_public_key": signer.public_pem,
            **others,
        }
        async with hands_with(KubernetesSettings(**values)) as found:
            yield found


@pytest.fixture
def api() -> SmallNode:
    return two_nodes("a", "b", "c")


@pytest.fixture
async def hands(api: SmallNode, signer: Signer) -> AsyncIterator[Hands]:
    async with hands_on(api, signer) as found:
        yield found


def drain(**arguments: bool) -> ToolCall:
    return ToolCall(server="kubernetes", tool="drain_node", arguments={"name": "ill", **arguments})


async def test_a_rehearsal_names_every_pod_and_the_way_back_and_changes_nothing(
    hands: Hands, api: SmallNode
) -> None:
    api.add("on-each-node", owner="DaemonSet")
    api.kept = {"c"}

    found = DryRun.model_validate(data(await hands.rehearse(drain())))

    assert found.changes == (
        "node ill takes no more pods",
        "pod data/a is evicted",
        "pod data/b is evicted",
        "pod data/c is evicted",
    )
    budget, daemon = found.warnings
    assert budget.startswith("pod data/c has to wait: Cannot evict pod")
    assert "budget c needs 1 healthy pod" in budget
    assert daemon == "pod data/on-each-node stays: it belongs to a DaemonSet"
    assert [(each.name, each.after) for each in found.figures] == [("evicted_pods", 3)]
    assert found.inverse is not None
    assert (found.inverse.tool, found.inverse.arguments) == ("uncordon_node", {"name": "ill"})
    assert (api.writes, api.evicted) == ([], [])


async def test_a_node_is_emptied_once(hands: Hands, api: SmallNode, signer: Signer) -> None:
    rehearsed = await hands.rehearse(drain())
    claims = signer.claims(drain(), rehearsed)

    first = data(await hands.write(drain(), signer.sign(claims)))
    late = {**claims, "exp": claims["iat"] - 600}
    second = data(await hands.write(drain(), signer.sign(late)))

    assert (first["outcome"], second["outcome"]) == ("applied", "already_applied")
    assert first["detail"] == "node ill is closed; evicted 3 of 3 pods" == second["detail"]
    assert api.evicted == ["a", "b", "c"]
    assert api.is_closed
    assert json.loads(api.mark())[0]["id"] == claims["jti"]


async def test_of_a_node_that_is_empty_a_rehearsal_would_change_nothing(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.sign(signer.claims(drain(), await hands.rehearse(drain())))
    data(await hands.write(drain(), grant))

    empty = DryRun.model_validate(data(await hands.rehearse(drain())))
    api.add("newcomer")
    again = DryRun.model_validate(data(await hands.rehearse(drain())))

    assert empty.changes == ()
    assert again.changes == ("pod data/newcomer is evicted",)


async def test_what_a_budget_keeps_is_left_and_told_and_never_called_done(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.grant(drain(), await hands.rehearse(drain()))
    api.kept = {"b"}

    first, second = [await hands.write(drain(), grant) for _ in range(2)]

    assert (first.status, first.code) == (ToolStatus.REFUSED, "partly_done")
    assert "evicted 2 of 3 pods; left: data/b" in first.reason
    assert "budget b needs 1 healthy pod" in first.reason
    assert (second.code, second.reason) == (first.code, first.reason)
    assert api.evicted == ["a", "c"]
    assert api.is_closed
    assert json.loads(api.mark())[0]["outcome"] == "partly"


async def test_a_budget_that_lets_a_pod_go_later_is_waited_for(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.grant(drain(), await hands.rehearse(drain()))
    api.kept = {"a"}
    api.then = lambda name: api.kept.clear() if name == "c" else None

    result = data(await hands.write(drain(), grant))

    assert result["outcome"] == "applied"
    assert api.evicted == ["b", "c", "a"]


async def test_whoever_comes_again_goes_on_with_the_pods_that_are_left(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.grant(drain(), await hands.rehearse(drain()))
    api.fails = lambda name: name == "b"

    lost = await hands.write(drain(), grant)
    noted = json.loads(api.mark())[0]
    again = data(await hands.write(drain(), grant))

    assert lost.status is ToolStatus.UNREACHABLE
    assert noted["outcome"] == "begun"
    assert [pod.get("outcome", "") for pod in noted["pods"]] == ["evicted", "", ""]
    assert again["outcome"] == "applied"
    assert again["detail"] == "node ill is closed; evicted 2 of 3 pods; 1 were gone"
    assert api.evicted == ["a", "b", "c"]


async def test_what_was_begun_goes_on_only_with_a_grant_that_is_in_time(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    claims = signer.claims(drain(), await hands.rehearse(drain()))
    api.fails = lambda name: name == "a"
    await hands.write(drain(), signer.sign(claims))
    late = {**claims, "exp": claims["iat"] - 600}

    refused = await hands.write(drain(), signer.sign(late))
    renewed = data(await hands.write(drain(), signer.sign({**claims, "exp": claims["exp"] + 60})))

    assert refused.code == "grant_expired"
    assert renewed["outcome"] == "applied"
    assert api.evicted == ["a", "b", "c"]


async def test_many_callers_with_one_grant_evict_each_pod_once(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.grant(drain(), await hands.rehearse(drain()))

    results = await asyncio.gather(*(hands.write(drain(), grant) for _ in range(4)))

    assert all(data(result)["grant_id"] for result in results)
    assert sorted(api.evicted) == ["a", "b", "c"]


async def test_a_pod_that_came_after_the_approval_voids_it(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.grant(drain(), await hands.rehearse(drain()))
    api.add("late")

    result = await hands.write(drain(), grant)

    assert result.code == "state_changed"
    assert (api.evicted, api.is_closed) == ([], False)


async def test_a_pod_that_comes_on_the_way_is_left_alone(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.grant(drain(), await hands.rehearse(drain()))
    api.then = lambda _name: api.add("late")

    result = data(await hands.write(drain(), grant))

    assert result["outcome"] == "applied"
    assert "late" not in api.evicted


async def test_a_namesake_of_a_pod_that_went_is_left_alone(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.grant(drain(), await hands.rehearse(drain()))

    def replace(name: str) -> None:
        if name == "a":
            api.objects[f"{CORE}/pods/b"]["metadata"]["uid"] = "b-of-another-life"

    api.then = replace

    result = data(await hands.write(drain(), grant))

    assert result["detail"] == "node ill is closed; evicted 2 of 3 pods; 1 were gone"
    assert api.evicted == ["a", "c"]


async def test_a_halt_stops_it_between_two_pods(
    api: SmallNode, signer: Signer, tmp_path: Path
) -> None:
    halt = tmp_path / "halt"
    api.then = lambda _name: halt.touch()

    async with hands_on(api, signer, mcp_halt_file=halt) as hands:
        grant = signer.grant(drain(), await hands.rehearse(drain()))
        result = await hands.write(drain(), grant)

    assert result.code == "partly_done"
    assert "evicted 1 of 3 pods" in result.reason
    assert "halt" in result.reason.rpartition(";")[2]
    assert api.evicted == ["a"]


async def test_pods_that_nothing_replaces_or_that_keep_data_stand_in_the_way(
    hands: Hands, api: SmallNode
) -> None:
    api.add("alone", owner="")
    api.add("of-a-job", owner="Job")
    api.add("with-data", volumes=[{"name": "v", "emptyDir": {}}])

    refused = await hands.rehearse(drain())
    declared = await hands.rehearse(drain(evict_local_data=True, leave_uncontrolled=True))

    assert refused.code == "forbidden"
    assert "data/alone has no controller" in refused.reason
    assert "data/of-a-job is of a Job" in refused.reason
    assert "data/with-data keeps data in an emptyDir" in refused.reason
    found = DryRun.model_validate(data(declared))
    assert "pod data/with-data is evicted" in found.changes
    assert "1 pods lose what is in their emptyDir volumes" in found.warnings
    assert not [each for each in found.changes if "alone" in each or "job" in each]


async def test_pods_of_protected_namespaces_stay(api: SmallNode, signer: Signer) -> None:
    async with hands_on(api, signer, mcp_protected_namespaces="data") as hands:
        found = DryRun.model_validate(data(await hands.rehearse(drain())))

    assert found.changes == ("node ill takes no more pods",)
    assert "pod data/a stays: it is in a protected namespace" in found.warnings


async def test_the_last_node_that_takes_pods_is_neither_closed_nor_emptied(
    hands: Hands, api: SmallNode
) -> None:
    api.objects[f"{NODES}/well"]["status"] = {}
    cordon = ToolCall(server="kubernetes", tool="cordon_node", arguments={"name": "ill"})

    results = [await hands.rehearse(call) for call in (drain(), cordon)]

    assert {result.code for result in results} == {"forbidden"}
    assert {result.reason for result in results} == {"no other node is ready and takes pods"}


async def test_a_spoiled_mark_is_never_taken_for_none(
    hands: Hands, api: SmallNode, signer: Signer
) -> None:
    grant = signer.grant(drain(), await hands.rehearse(drain()))
    api.objects[ILL]["metadata"]["annotations"] = {"sre-agent.io/grants": "spoiled"}

    result = await hands.write(drain(), grant)

    assert result.code == "conflict"
    assert api.evicted == []
