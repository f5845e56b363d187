"""What the reading tools answer of a real cluster, held against the brain's own schemas."""

from typing import Any

import pytest
from hands_lab import Hands
from lab_cluster import Cluster, Json, Workload, eventually, new_workload

from sre_agent.domain.model import Observation
from sre_agent.domain.observations import kubernetes as seen
from sre_agent.domain.tools import ToolResult, ToolStatus


@pytest.fixture(scope="module")
def shop(cluster: Cluster) -> Workload:
    """A deployment at its second revision, with a pod that runs."""
    return new_workload(cluster, name="cart", replicas=1)


def understood(result: ToolResult, schema: type[Observation]) -> Any:
    """Return the data as the brain reads it, which must not lose or add anything."""
    assert result.status is ToolStatus.OK, result
    read = schema.model_validate(result.data)
    assert read.model_dump(mode="json") == result.data
    return read


async def test_a_workload_is_described_with_all_that_hangs_on_it(
    hands: Hands, shop: Workload
) -> None:
    result = await hands.read("describe_workload", namespace=shop.namespace, name=shop.name)

    found: seen.Workload = understood(result, seen.Workload)
    assert (found.replicas.desired, found.replicas.ready) == (1, 1)
    assert [revision.number for revision in found.revisions] == [2, 1]
    current, first = found.revisions
    assert (current.is_current, first.is_current) == (True, False)
    changed = {change.path: (change.before, change.after) for change in current.changes}
    assert changed["containers[app].env[VERSION]"] == ("v1", "v2")
    assert first.changes == ()
    assert current.change_cause == "release v1"
    assert [pod.template_hash for pod in found.pods] == [current.template_hash]
    assert found.pods[0].containers[0].state == "running"
    assert [(each.name, each.ready_addresses) for each in found.services] == [("cart", 1)]
    assert found.containers[0].limits.memory_bytes == 64 * 2**20
    assert found.containers[0].requests.cpu_cores == 0.01
    assert {event.object.kind for event in found.events} >= {"Deployment", "ReplicaSet", "Pod"}
    assert found.uid == shop.live["metadata"]["uid"]


async def test_nothing_read_shows_a_secret(hands: Hands, shop: Workload) -> None:
    where = {"namespace": shop.namespace}
    results = [
        await hands.read("describe_workload", **where, name=shop.name),
        await hands.read("rollout_history", **where, name=shop.name),
        await hands.read("list_resources", **where, kind="Deployment"),
        await hands.read("list_resources", **where, kind="ReplicaSet"),
        await hands.read("get_resource", **where, kind="Deployment", name=shop.name),
    ]

    assert {result.status for result in results} == {ToolStatus.OK}
    for result in results:
        assert "hunter2" not in str(result)
        assert "s3cret" not in str(result)


async def test_the_rollout_history_names_the_current_revision(hands: Hands, shop: Workload) -> None:
    result = await hands.read("rollout_history", namespace=shop.namespace, name=shop.name)

    found: seen.RolloutHistory = understood(result, seen.RolloutHistory)
    assert found.current_revision == 2
    assert [revision.number for revision in found.revisions] == [2, 1]


@pytest.mark.parametrize("kind", ["Deployment", "replicasets", "Pod", "service", "Endpoints"])
async def test_a_list_has_one_row_per_object_in_the_brains_words(
    hands: Hands, shop: Workload, kind: str
) -> None:
    result = await hands.read("list_resources", kind=kind, namespace=shop.namespace)

    found: seen.ResourceList = understood(result, seen.ResourceList)
    assert found.items
    assert {row.object.kind for row in found.items} == {found.kind}


async def test_a_listed_deployment_tells_when_its_revision_was_made(
    hands: Hands, shop: Workload
) -> None:
    result = await hands.read("list_resources", kind="Deployment", namespace=shop.namespace)

    row = understood(result, seen.ResourceList).items[0]
    history = await hands.read("rollout_history", namespace=shop.namespace, name=shop.name)
    newest = understood(history, seen.RolloutHistory).revisions[0]
    assert (row.revision, row.revision_created_at) == (2, newest.created_at)
    assert row.selector == {"app": "cart"}


async def test_a_list_that_is_cut_says_so(hands: Hands) -> None:
    result = await hands.read("list_resources", kind="Namespace", limit=1)

    assert len(understood(result, seen.ResourceList).items) == 1
    assert result.left_out != ()


async def test_events_logs_nodes_and_namespaces_are_told(hands: Hands, shop: Workload) -> None:
    pods = await hands.read("list_resources", kind="Pod", namespace=shop.namespace)
    pod = understood(pods, seen.ResourceList).items[0].object.name

    events = await hands.read("list_events", namespace=shop.namespace, kind="Pod", name=pod)
    logs = await hands.read("get_pod_logs", namespace=shop.namespace, pod=pod)
    nodes = await hands.read("node_status")
    namespaces = await hands.read("list_namespaces")

    assert {event.object.name for event in understood(events, seen.EventList).events} == {pod}
    assert understood(logs, seen.PodLogs).lines == ("started v2",)
    assert understood(nodes, seen.NodeList).nodes[0].ready
    assert shop.namespace in {entry["name"] for entry in (namespaces.data or {})["namespaces"]}


async def test_a_container_that_never_ran_before_has_no_previous_log(
    hands: Hands, shop: Workload
) -> None:
    pods = await hands.read("list_resources", kind="Pod", namespace=shop.namespace)
    pod = understood(pods, seen.ResourceList).items[0].object.name

    result = await hands.read("get_pod_logs", namespace=shop.namespace, pod=pod, previous=True)

    assert result.status is ToolStatus.NO_DATA, result


async def test_a_pod_that_crashes_tells_how_it_ended(hands: Hands, shop: Workload) -> None:
    script = "echo about to fail; exit 3"
    container = {"name": "app", "image": "lab/shell:1", "command": ["/bin/sh", "-c", script]}
    pods = f"/api/v1/namespaces/{shop.namespace}/pods"
    shop.cluster.create(
        pods, {"metadata": {"name": "crasher"}, "spec": {"containers": [container]}}
    )
    eventually(lambda: _restarts(shop.cluster.get(f"{pods}/crasher")) >= 1)

    listed = await hands.read(
        "list_resources",
        kind="Pod",
        namespace=shop.namespace,
        field_selector="metadata.name=crasher",
    )
    logs = await hands.read(
        "get_pod_logs", namespace=shop.namespace, pod="crasher", previous=True, tail_lines=5
    )

    pod = understood(listed, seen.ResourceList).items[0].pod
    assert pod is not None
    ended = pod.containers[0].last_terminated or pod.containers[0].terminated
    assert ended is not None
    assert (ended.exit_code, ended.reason) == (3, "Error")
    assert understood(logs, seen.PodLogs).lines == ("about to fail",)


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("describe_workload", {"namespace": "default", "name": "nothing"}, "not_found"),
        (
            "describe_workload",
            {"namespace": "default", "name": "x", "kind": "Pod"},
            "invalid_arguments",
        ),
        ("list_resources", {"kind": "Widget"}, "invalid_arguments"),
        ("list_resources", {"kind": "Pod", "limit": 0}, "invalid_arguments"),
        ("list_resources", {"kind": "Pod", "label_selector": "!!"}, "invalid_arguments"),
        ("get_pod_logs", {"namespace": "default", "pod": "nothing"}, "not_found"),
        (
            "get_pod_logs",
            {"namespace": "default", "pod": "x", "tail_lines": 9999},
            "invalid_arguments",
        ),
        ("list_events", {"since_s": 0}, "invalid_arguments"),
    ],
)
async def test_a_question_without_sense_is_refused_with_the_reason(
    hands: Hands, cluster: Cluster, tool: str, arguments: Json, code: str
) -> None:
    result = await hands.read(tool, **arguments)

    assert (result.status, result.code) == (ToolStatus.REFUSED, code), result
    assert result.reason


def _restarts(pod: Json) -> int:
    statuses = pod["status"].get("containerStatuses") or [{}]
    return int(statuses[0].get("restartCount", 0))
