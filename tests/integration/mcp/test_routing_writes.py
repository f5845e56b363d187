"""Services, rollouts and pods changed for real on the lab's API server, with its controllers at work."""

import json
from typing import Any

import pytest
from aims import patch
from crew import Crew
from hands_lab import Hands, Signer, data
from lab_cluster import Cluster, Json, Workload, eventually

from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolCall

GRANTS = "sre-agent.io/grants"


def addresses(workload: Workload) -> list[Any]:
    path = f"/api/v1/namespaces/{workload.namespace}/endpoints/{workload.name}"
    subsets = workload.cluster.get(path).get("subsets") or []
    return [each for subset in subsets for each in subset.get("addresses") or []]


async def test_a_service_that_selects_nobody_is_led_to_its_pods_again(
    hands: Hands, crew: Crew, signer: Signer
) -> None:
    workload = crew.workload
    path = f"/api/v1/namespaces/{workload.namespace}/services/{workload.name}"
    crew.all_ready()
    patch(crew.cluster, path, {"spec": {"selector": {"app": "crew-v2"}}})
    eventually(lambda: not addresses(workload))
    call = workload.call("patch_service_selector", selector="app=crew")

    rehearsed = await hands.rehearse(call)
    claims = signer.claims(call, rehearsed)
    done = data(await hands.write(call, signer.sign(claims)))

    found = DryRun.model_validate(data(rehearsed))
    assert found.changes == ("selector.app: crew-v2 -> crew",)
    assert found.inverse is None, "back to a Service that selects nobody is no way back"
    assert done["detail"] == "set the selector to app=crew, it was app=crew-v2"
    assert len(eventually(lambda: addresses(workload))) > 0
    read = await hands.read(
        "get_resource", kind="Service", namespace=workload.namespace, name=workload.name
    )
    noted = json.loads(data(read)["manifest"]["metadata"]["annotations"][GRANTS])
    assert noted[-1]["id"] == claims["jti"]


async def test_a_budget_keeps_a_pod_from_being_evicted_and_from_nothing_else(
    hands: Hands, crew: Crew, cluster: Cluster, signer: Signer
) -> None:
    pod, namespace = crew.ready_pod(), crew.workload.namespace
    path = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "crew"}}}
    call = crew.call(pod, "evict_pod")
    grant = signer.grant(call, await hands.rehearse(call))
    cluster.create(path, {"metadata": {"name": "keep"}, "spec": spec})
    eventually(lambda: cluster.get(f"{path}/keep")["status"].get("currentHealthy") == 2)

    refused = await hands.rehearse(call)
    not_done = await hands.write(call, grant)
    deleting = await hands.rehearse(crew.call(pod))
    assert cluster.http.delete(f"{path}/keep").is_success
    done = data(await hands.write(call, grant))

    assert (refused.code, not_done.code) == ("disruption_budget", "disruption_budget")
    assert "needs 2 healthy pods" in not_done.reason
    assert deleting.data is not None
    assert done["outcome"] == "applied"
    assert len(crew.deletions(pod)) == 1


async def test_a_paused_rollout_waits_until_it_is_resumed(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    async def do(tool: str) -> tuple[DryRun, Json]:
        call = workload.call(tool)
        rehearsed = await hands.rehearse(call)
        written = await hands.write(call, signer.grant(call, rehearsed))
        return DryRun.model_validate(data(rehearsed)), data(written)

    paused, _ = await do("pause_rollout")
    waiting = await hands.rehearse(workload.call("restart_rollout"))
    resumed, _ = await do("resume_rollout")
    again = await hands.rehearse(workload.call("resume_rollout"))

    assert paused.changes == ("paused: none -> true",)
    assert (paused.inverse and paused.inverse.tool, resumed.inverse and resumed.inverse.tool) == (
        "resume_rollout",
        "pause_rollout",
    )
    assert (waiting.code, again.code) == ("forbidden", "forbidden")
    assert not workload.live["spec"].get("paused")
    assert len(workload.writes) == 2


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("patch_service_selector", {"selector": "app=nobody"}),
        ("patch_service_port", {"port": 1, "target_port": "8080"}),
        ("patch_probe", {"container": "app", "probe": "liveness", "port": "8080"}),
        ("set_hpa_bounds", {"max_replicas": 3}),
    ],
)
async def test_what_has_nothing_to_act_on_is_refused_in_the_rehearsal(
    hands: Hands, workload: Workload, tool: str, arguments: Json
) -> None:
    refused = await hands.rehearse(workload.call(tool, **arguments))

    assert refused.code in {"forbidden", "not_found"}
    assert workload.writes == []


async def test_a_node_that_no_other_could_stand_in_for_is_left_open(
    hands: Hands, cluster: Cluster
) -> None:
    (name,) = [
        node["metadata"]["name"]
        for node in cluster.get("/api/v1/nodes")["items"]
        if not node["metadata"]["name"].startswith("spare-")
    ]

    for tool in ("cordon_node", "drain_node"):
        call = ToolCall(server="kubernetes", tool=tool, arguments={"name": name})
        refused = await hands.rehearse(call)
        assert (refused.code, refused.reason) == (
            "forbidden",
            "no other node is ready and takes pods",
        )
