"""StatefulSets and DaemonSets: described, rolled back and replaced as Deployments are."""

import copy
from collections.abc import AsyncIterator

import pytest
from hands_lab import CLUSTER_ID, READ_TOKEN, WRITE_TOKEN, Hands, Signer, data, hands_with
from hands_lab import serving as served
from lab_cluster import Json
from small_api import APPS, AUTOSCALERS, CORE, SmallApi, database, item

from mcp_servers.kubernetes.settings import KubernetesSettings
from sre_agent.domain.observations.kubernetes import RolloutHistory, Workload
from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolCall

KINDS = [("StatefulSet", "db", "db-h2"), ("DaemonSet", "agent", "h2")]


@pytest.fixture
def api() -> SmallApi:
    return database()


@pytest.fixture
async def hands(api: SmallApi, signer: Signer) -> AsyncIterator[Hands]:
    async with served(api.app()) as url:
        values: Json = {
            "mcp_port": 0,
            "mcp_read_token": READ_TOKEN,
            "mcp_write_token": WRITE_TOKEN,
            "mcp_cluster_id": CLUSTER_ID,
            "kubernetes_api_url": url.removesuffix("/mcp"),
            "kubernetes_read_token": "reader",
            "kubernetes_write_token": "writer",
            "grant_public_key": signer.public_pem,
        }
        async with hands_with(KubernetesSettings(**values)) as found:
            yield found


def call(tool: str, name: str, **arguments: object) -> ToolCall:
    named = {"namespace": "data", "name": name, **arguments}
    return ToolCall(server="kubernetes", tool=tool, arguments=named)


def target(kind: str, name: str) -> dict[str, dict[str, str]]:
    return {"target": {"kind": kind, "namespace": "data", "name": name}}


@pytest.mark.parametrize(("kind", "name", "hash_"), KINDS)
async def test_a_workload_of_another_kind_is_described_with_its_revisions_and_pods(
    hands: Hands, kind: str, name: str, hash_: str
) -> None:
    found = Workload.model_validate(
        data(await hands.read("describe_workload", namespace="data", name=name, kind=kind))
    )

    assert found.object.kind == kind
    assert (found.replicas.desired, found.replicas.ready) == (1, 1)
    assert [pod.name for pod in found.pods] == [f"{name}-0"]
    newest, first = found.revisions
    assert (newest.number, newest.is_current, first.is_current) == (2, True, False)
    assert newest.template_hash == hash_ == found.pods[0].template_hash
    assert [change.path for change in newest.changes] == ["containers[main].image"]


@pytest.mark.parametrize(("kind", "name", "_hash"), KINDS)
async def test_a_workload_of_another_kind_is_rolled_back_once(
    hands: Hands, api: SmallApi, signer: Signer, kind: str, name: str, _hash: str
) -> None:
    asked = call("rollback_rollout", name, to_revision=1, kind=kind)
    rehearsed = await hands.rehearse(asked)
    grant = signer.grant(asked, rehearsed, **target(kind, name))

    first, second = [data(await hands.write(asked, grant)) for _ in range(2)]

    plural = f"{kind.lower()}s"
    live = api.objects[f"{APPS}/{plural}/{name}"]
    assert data(rehearsed)["changes"] == ["containers[main].image: db:2 -> db:1"]
    assert (first["outcome"], second["outcome"]) == ("applied", "already_applied")
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == "db:1"
    assert "$patch" not in str(live)
    assert api.writes == [("PATCH", f"{APPS}/{plural}/{name}")]


async def test_a_history_is_told_for_every_kind(hands: Hands) -> None:
    found = RolloutHistory.model_validate(
        data(await hands.read("rollout_history", namespace="data", name="agent", kind="DaemonSet"))
    )

    assert (found.object.kind, found.current_revision) == ("DaemonSet", 2)


async def test_a_pod_that_comes_back_under_its_old_name_is_deleted_once(
    hands: Hands, api: SmallApi, signer: Signer
) -> None:
    asked = call("delete_pod", "db-0")
    rehearsed = await hands.rehearse(asked)
    grant = signer.grant(asked, rehearsed)

    first, second = [data(await hands.write(asked, grant)) for _ in range(2)]

    controller = DryRun.model_validate(data(rehearsed)).controller
    assert controller is not None
    assert (controller.kind, controller.name) == ("StatefulSet", "db")
    assert (first["outcome"], second["outcome"]) == ("applied", "already_applied")
    assert api.objects[f"{CORE}/pods/db-0"]["metadata"]["uid"] == "db-0-anew"
    assert [write for write in api.writes if write[0] == "DELETE"] == [
        ("DELETE", f"{CORE}/pods/db-0")
    ]


@pytest.mark.parametrize("kind", ["Pod", "Service", "Nonsense"])
async def test_what_is_no_workload_is_not_written_to_as_one(hands: Hands, kind: str) -> None:
    read = await hands.read("describe_workload", namespace="data", name="db", kind=kind)
    written = await hands.rehearse(call("restart_rollout", "db", kind=kind))

    assert (read.code, written.code) == ("invalid_arguments", "invalid_arguments")


async def test_a_grant_for_one_kind_permits_no_other(
    hands: Hands, api: SmallApi, signer: Signer
) -> None:
    asked = call("restart_rollout", "db", kind="StatefulSet")
    rehearsed = await hands.rehearse(asked)

    result = await hands.write(asked, signer.grant(asked, rehearsed))

    assert result.code == "grant_not_for_this_target"
    assert api.writes == []


async def test_what_does_not_fit_the_kind_is_said(hands: Hands, api: SmallApi) -> None:
    scaled = await hands.rehearse(call("scale_workload", "agent", replicas=2, kind="DaemonSet"))
    api.objects[f"{APPS}/daemonsets/agent"]["spec"]["updateStrategy"] = {"type": "OnDelete"}
    restarted = await hands.rehearse(call("restart_rollout", "agent", kind="DaemonSet"))

    assert scaled.code == "invalid_arguments"
    assert "only when it is deleted" in data(restarted)["warnings"][0]


async def test_a_rehearsal_that_someone_was_quicker_than_begins_again(
    hands: Hands, api: SmallApi
) -> None:
    api.conflicts = 2

    rehearsed = await hands.rehearse(call("delete_pod", "db-0"))

    assert data(rehearsed)["uid"] == "db-0"
    assert api.conflicts == 0


async def test_pods_that_are_over_or_leaving_replace_nobody(hands: Hands, api: SmallApi) -> None:
    path = f"{CORE}/pods/db-0"
    for name, phase in (("db-evicted", "Failed"), ("db-leaving", "Running")):
        other = copy.deepcopy(api.objects[path])
        other["metadata"] |= {"name": name, "uid": name}
        other["status"]["phase"] = phase
        api.objects[f"{CORE}/pods/{name}"] = other
    api.objects[f"{CORE}/pods/db-leaving"]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"

    warnings = data(await hands.rehearse(call("delete_pod", "db-0")))["warnings"]

    assert "StatefulSet db has no other pod that is ready" in warnings
    assert not [each for each in warnings if "may not be replaced" in each]


async def test_an_autoscaler_that_may_set_another_number_is_warned_of(
    hands: Hands, api: SmallApi
) -> None:
    ref = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"}
    for name, scaled in (("db-scaler", ref), ("other", {**ref, "name": "other"})):
        spec = {"scaleTargetRef": scaled, "maxReplicas": 4}
        api.objects[f"{AUTOSCALERS}/{name}"] = item(name, spec=spec)

    rehearsed = await hands.rehearse(call("scale_workload", "db", replicas=3, kind="StatefulSet"))

    assert data(rehearsed)["warnings"] == [
        "HorizontalPodAutoscaler db-scaler keeps 1 to 4 pods and may set another number at once"
    ]


async def test_pods_of_a_statefulset_that_a_change_does_not_reach_are_warned_of(
    hands: Hands, api: SmallApi
) -> None:
    live = api.objects[f"{APPS}/statefulsets/db"]
    live["spec"] |= {
        "replicas": 3,
        "podManagementPolicy": "OrderedReady",
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}},
    }

    rehearsed = await hands.rehearse(call("restart_rollout", "db", kind="StatefulSet"))

    partition, order = data(rehearsed)["warnings"]
    assert partition.startswith("only pods from db-2 on change")
    assert "not ready keeps the others waiting" in order
