"""Lists in chunks, selectors, tables and discovery."""

import json

import httpx
import pytest
from api_lab import Lab, deployment, pod, put

from infrastructure.lab.cluster.kinds import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

PODS = "/api/v1/namespaces/default/pods"
TABLE = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ({"labelSelector": "app=x"}, ["a", "b"]),
        ({"labelSelector": "app!=x"}, ["c"]),
        ({"labelSelector": "app in (x,y),tier"}, ["b"]),
        ({"labelSelector": "app notin (x)"}, ["c"]),
        ({"labelSelector": "!tier"}, ["a", "c"]),
        ({"fieldSelector": "metadata.name=c"}, ["c"]),
        ({"fieldSelector": "metadata.name!=c,status.phase=Pending"}, ["a", "b"]),
        ({"fieldSelector": "spec.nodeName=node-1"}, []),
    ],
)
async def test_selectors_choose(
    lab: Lab, admin: httpx.AsyncClient, selector: dict[str, str], found: list[str]
) -> None:
    put(lab.store, "Pod", pod("a", app="x"))
    put(lab.store, "Pod", pod("b", app="x", tier="1"))
    put(lab.store, "Pod", pod("c", app="y"))

    answer = await admin.get(PODS, params=selector)

    assert [item["metadata"]["name"] for item in answer.json()["items"]] == found


@pytest.mark.parametrize("text", ["a=b=c", "a in x", "=", "a=%%", "a,,=b"])
async def test_a_label_selector_that_cannot_be_read_is_a_bad_request(
    admin: httpx.AsyncClient, text: str
) -> None:
    answer = await admin.get(PODS, params={"labelSelector": text})

    assert answer.status_code == 400


async def test_events_are_found_by_what_they_are_about(lab: Lab, admin: httpx.AsyncClient) -> None:
    for name, about in (("e1", "p1"), ("e2", "p2")):
        involved = {"kind": "Pod", "namespace": "default", "name": about}
        event = {"metadata": {"name": name, "namespace": "default"}, "involvedObject": involved}
        put(lab.store, "Event", {**event, "reason": "Test", "type": "Warning"})

    selector = "involvedObject.name=p2,involvedObject.kind=Pod,type=Warning,reason=Test"
    answer = await admin.get("/api/v1/events", params={"fieldSelector": selector})

    assert [item["metadata"]["name"] for item in answer.json()["items"]] == ["e2"]


async def test_chunks_together_are_the_whole_list(lab: Lab, admin: httpx.AsyncClient) -> None:
    for number in range(7):
        put(lab.store, "Pod", pod(f"p{number}"))

    found, sizes, token = [], [], ""
    while True:
        body = (await admin.get(PODS, params={"limit": 3, "continue": token})).json()
        found += [item["metadata"]["name"] for item in body["items"]]
        sizes.append(body["metadata"].get("remainingItemCount"))
        token = body["metadata"].get("continue", "")
        if not token:
            break

    assert found == [f"p{number}" for number in range(7)]
    assert sizes == [4, 1, None]


@pytest.mark.parametrize("token", ["x", "e30", "bnVsbA", "%%%"])
async def test_a_continue_token_that_cannot_be_read_is_a_bad_request(
    admin: httpx.AsyncClient, token: str
) -> None:
    answer = await admin.get(PODS, params={"limit": 3, "continue": token})

    assert answer.status_code == 400


async def test_a_version_of_the_future_is_a_timeout(lab: Lab, admin: httpx.AsyncClient) -> None:
    future = lab.store.resource_version + 100

    answer = await admin.get(PODS, params={"resourceVersion": future})

    assert answer.status_code == 504
    assert answer.json()["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("/apis/apps/v1/deployments", ["Name", "Ready", "Up-to-date", "Available", "Age"]),
        ("/apis/apps/v1/replicasets", ["Name", "Desired", "Current", "Ready", "Age"]),
        ("/api/v1/services", ["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"]),
        ("/api/v1/endpoints", ["Name", "Endpoints", "Age"]),
        ("/api/v1/events", ["Last Seen", "Type", "Reason", "Object", "Message"]),
        ("/api/v1/nodes", ["Name", "Status", "Roles", "Age", "Version"]),
        ("/api/v1/configmaps", ["Name", "Data", "Age"]),
        ("/api/v1/namespaces", ["Name", "Status", "Age"]),
    ],
)
async def test_a_table_has_the_columns_that_kubectl_shows(
    lab: Lab, admin: httpx.AsyncClient, path: str, columns: list[str]
) -> None:
    meta = {"name": "x", "namespace": "default"}
    put(lab.store, "Deployment", deployment())
    put(lab.store, "ReplicaSet", deployment())
    put(lab.store, "Service", {"metadata": meta, "spec": {"ports": [{"port": 80}]}})
    put(lab.store, "Endpoints", {"metadata": meta})
    put(lab.store, "ConfigMap", {"metadata": meta})
    put(lab.store, "Event", {"metadata": meta, "involvedObject": {"kind": "Pod", "name": "p"}})

    body = (await admin.get(path, headers=TABLE)).json()

    shown = [item["name"] for item in body["columnDefinitions"] if item["priority"] == 0]
    assert shown == columns
    assert all(len(row["cells"]) == len(body["columnDefinitions"]) for row in body["rows"])
    assert body["rows"]


@pytest.mark.parametrize(
    "accept",
    [
        "application/vnd.kubernetes.protobuf,application/json",
        "application/json",
        "*/*",
        "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io,application/json",
    ],
)
async def test_clients_that_prefer_another_encoding_get_json(
    admin: httpx.AsyncClient, accept: str
) -> None:
    answer = await admin.get(PODS, headers={"accept": accept})

    assert answer.status_code == 200
    assert answer.json()["kind"] == "PodList"


async def test_a_client_that_only_reads_protobuf_is_told_so(admin: httpx.AsyncClient) -> None:
    answer = await admin.get(PODS, headers={"accept": "application/vnd.kubernetes.protobuf"})

    assert (answer.status_code, answer.json()["reason"]) == (406, "NotAcceptable")


async def test_discovery_lists_every_resource_with_its_subresources(
    admin: httpx.AsyncClient,
) -> None:
    core = (await admin.get("/api/v1")).json()
    groups = (await admin.get("/apis")).json()["groups"]
    served = [group["preferredVersion"]["groupVersion"] for group in groups]
    others = [(await admin.get(f"/apis/{version}")).json() for version in served]

    listed = {item["name"] for page in (core, *others) for item in page["resources"]}
    assert {kind.plural for kind in KINDS.values()} <= listed
    assert {"pods/log", "pods/status", "deployments/scale", "replicasets/scale"} <= listed
    assert [page["groupVersion"] for page in others] == served
    assert served == ["apps/v1", "autoscaling/v2", "discovery.k8s.io/v1", "policy/v1"]


async def test_health_needs_no_token(lab: Lab) -> None:
    async with lab.http("") as http:
        codes = [(await http.get(path)).status_code for path in ("/healthz", "/readyz", "/livez")]

    assert codes == [200, 200, 200]


async def test_endpoint_slices_show_what_the_endpoints_hold(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    meta = {"name": "web", "namespace": "default"}
    ready, other = {"ip": "127.99.1.1", "nodeName": "node-1"}, {"ip": "127.99.1.2"}
    subset = {"addresses": [ready], "notReadyAddresses": [other], "ports": [{"port": 80}]}
    put(lab.store, "Endpoints", {"metadata": meta, "subsets": [subset]})
    path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    selector = {"labelSelector": "kubernetes.io/service-name=web"}

    (found,) = (await admin.get(path, params=selector)).json()["items"]
    table = (await admin.get(f"{path}/web", headers=TABLE)).json()
    refused = await admin.delete(f"{path}/web")
    async with admin.stream("GET", path, params={"watch": "1", "timeoutSeconds": "1"}) as answer:
        lines = [json.loads(line) async for line in answer.aiter_lines()]

    assert [(item["addresses"], item["conditions"]["ready"]) for item in found["endpoints"]] == [
        (["127.99.1.1"], True),
        (["127.99.1.2"], False),
    ]
    assert table["rows"][0]["cells"][:4] == ["web", "IPv4", "80", "127.99.1.1,127.99.1.2"]
    assert refused.status_code == 405
    assert [line["object"]["kind"] for line in lines] == ["EndpointSlice"]
