"""The API through the official Python client, which parses every answer into its own types."""

import asyncio
from typing import Any

import pytest
from api_lab import TOKENS, Lab, deployment, pod, put, recorded
from kubernetes import client, watch
from kubernetes.client.exceptions import ApiException

from infrastructure.lab.cluster.kinds import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

Watch: Any = watch.Watch  # the client ships it without types


async def test_every_kind_is_listed_and_read(lab: Lab, official: client.ApiClient) -> None:
    core, apps = client.CoreV1Api(official), client.AppsV1Api(official)
    for name in ("pods_list", "replicasets", "events", "nodes"):
        body = recorded(name)["body"]
        for item in body["items"]:
            put(lab.store, body["kind"].removesuffix("List"), item)
    put(lab.store, "Deployment", recorded("deployment")["body"])
    put(
        lab.store,
        "ConfigMap",
        {"metadata": {"name": "c", "namespace": "default"}, "data": {"k": "v"}},
    )
    service = {"ports": [{"port": 80}], "selector": {"app": "d-ok"}}
    put(lab.store, "Service", {"metadata": {"name": "s", "namespace": "default"}, "spec": service})
    subset = {"addresses": [{"ip": "127.99.0.2"}], "ports": [{"port": 80}]}
    put(
        lab.store,
        "Endpoints",
        {"metadata": {"name": "s", "namespace": "default"}, "subsets": [subset]},
    )

    def read() -> dict[str, Any]:
        return {
            "pods": core.list_namespaced_pod("default").items,
            "all pods": core.list_pod_for_all_namespaces().items,
            "events": core.list_namespaced_event("default").items,
            "nodes": core.list_node().items,
            "services": core.list_namespaced_service("default").items,
            "endpoints": core.list_namespaced_endpoints("default").items,
            "config maps": core.list_namespaced_config_map("default").items,
            "namespaces": core.list_namespace().items,
            "deployments": apps.list_namespaced_deployment("default").items,
            "replica sets": apps.list_namespaced_replica_set("default").items,
            "deployment": apps.read_namespaced_deployment("d-ok", "default"),
            "version": client.VersionApi(official).get_code(),
        }

    found = await asyncio.to_thread(read)

    assert len(found["pods"]) == len(found["all pods"]) == 5
    crashing = found["pods"][0].status.container_statuses[0]
    assert crashing.state.waiting.reason == "CrashLoopBackOff"
    assert crashing.last_state.terminated.exit_code == 1
    assert len(found["events"]) == 20
    assert found["nodes"][0].status.capacity["pods"] == "110"
    assert found["services"][0].spec.cluster_ip.startswith("127.99.")
    assert found["services"][0].spec.ports[0].target_port == 80
    assert found["endpoints"][0].subsets[0].addresses[0].ip == "127.99.0.2"
    assert found["config maps"][0].data == {"k": "v"}
    assert {item.metadata.name for item in found["namespaces"]} == {"default", "kube-system"}
    assert found["deployments"][0].spec.strategy.rolling_update.max_surge == "25%"
    assert found["replica sets"][0].metadata.owner_references[0].kind == "Deployment"
    assert found["deployment"].status.conditions[0].type == "Available"
    assert found["version"].minor == "36"


async def test_a_deployment_lives_from_create_to_delete(
    lab: Lab, official: client.ApiClient
) -> None:
    apps = client.AppsV1Api(official)

    def live() -> list[Any]:
        created: Any = apps.create_namespaced_deployment("default", deployment())
        created.spec.template.spec.containers[0].image = "lab/shell:2"
        replaced = apps.replace_namespaced_deployment("web", "default", created)
        scaled = apps.patch_namespaced_deployment_scale("web", "default", {"spec": {"replicas": 0}})
        shown = apps.read_namespaced_deployment("web", "default")
        gone = apps.delete_namespaced_deployment("web", "default")
        return [created, replaced, scaled, shown, gone]

    created, replaced, scaled, shown, gone = await asyncio.to_thread(live)

    assert created.metadata.generation == 1
    assert created.spec.revision_history_limit == 10
    assert replaced.metadata.generation == 2
    assert scaled.spec.replicas is None
    assert shown.spec.replicas == 0
    assert shown.metadata.generation == 3
    assert gone["status"] == "Success"
    assert gone["details"]["uid"] == created.metadata.uid
    assert lab.store.peek_all(KINDS["Deployment"]) == []


async def test_the_client_sees_a_conflict_as_409(lab: Lab, official: client.ApiClient) -> None:
    apps = client.AppsV1Api(official)

    def collide() -> None:
        first = apps.create_namespaced_deployment("default", deployment())
        apps.patch_namespaced_deployment("web", "default", {"spec": {"replicas": 5}})
        first.spec.replicas = 7
        apps.replace_namespaced_deployment("web", "default", first)

    with pytest.raises(ApiException) as refusal:
        await asyncio.to_thread(collide)

    assert refusal.value.status == 409
    assert lab.store.get(KINDS["Deployment"], "default", "web")["spec"]["replicas"] == 5


async def test_a_watch_tells_what_happens_after_the_list(
    lab: Lab, official: client.ApiClient
) -> None:
    core = client.CoreV1Api(official)
    put(lab.store, "Pod", pod("old"))

    def follow() -> list[tuple[str, str]]:
        listed: Any = core.list_namespaced_pod("default")
        version = listed.metadata.resource_version
        core.create_namespaced_pod("default", pod("new"))
        core.patch_namespaced_pod("new", "default", {"metadata": {"labels": {"a": "b"}}})
        core.delete_namespaced_pod("new", "default")
        seen = Watch().stream(
            core.list_namespaced_pod, "default", resource_version=version, timeout_seconds=1
        )
        return [(event["type"], event["object"].metadata.name) for event in seen]

    events = await asyncio.to_thread(follow)

    assert events == [("ADDED", "new"), ("MODIFIED", "new"), ("DELETED", "new")]


async def test_a_watch_from_a_forgotten_version_raises_410(
    lab: Lab, official: client.ApiClient
) -> None:
    core = client.CoreV1Api(official)
    for number in range(1100):
        put(lab.store, "ConfigMap", {"metadata": {"name": f"c{number}", "namespace": "default"}})

    def follow() -> list[Any]:
        return list(
            Watch().stream(
                core.list_namespaced_pod, "default", resource_version="1", timeout_seconds=1
            )
        )

    with pytest.raises(ApiException) as refusal:
        await asyncio.to_thread(follow)

    assert refusal.value.status == 410


async def test_a_viewer_reads_but_does_not_write(lab: Lab) -> None:
    with lab.official(TOKENS.read) as api:
        apps = client.AppsV1Api(api)
        listed = await asyncio.to_thread(apps.list_namespaced_deployment, "default")
        with pytest.raises(ApiException) as refusal:
            await asyncio.to_thread(apps.create_namespaced_deployment, "default", deployment())

    assert listed.items == []
    assert refusal.value.status == 403
