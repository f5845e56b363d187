"""The server's answers against answers recorded from a real API server."""

from typing import Any

import httpx
import pytest
from api_lab import TOKENS, Lab, put, recorded

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNCOMPARED = frozenset({"managedFields", "fieldsV1"})
"""Bookkeeping of server-side apply, which this server does not do."""


def shape(value: Any) -> Any:
    """Return the key structure of a JSON value, with the type of each leaf."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in UNCOMPARED}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__


def fill(store: Any) -> None:
    """Store the objects of the recorded cluster."""
    for name in ("pods_list", "replicasets", "events", "nodes"):
        body = recorded(name)["body"]
        for item in body["items"]:
            put(store, body["kind"].removesuffix("List"), item)
    put(store, "Deployment", recorded("deployment")["body"])


async def replay(
    http: httpx.AsyncClient, exchange: dict[str, Any], **headers: str
) -> httpx.Response:
    request = exchange["request"]
    return await http.request(
        request["method"], request["path"], json=request["body"], headers=headers
    )


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("error_400_selector", "application/json"),
        ("error_404", "application/json"),
        ("error_409", "application/json"),
        ("error_409_conflict", "application/merge-patch+json"),
        ("error_415", "application/apply-patch+yaml"),
        ("error_422", "application/strategic-merge-patch+json"),
        ("pod_log_bad_container", "application/json"),
        ("evict", "application/json"),
    ],
)
async def test_a_recorded_answer_is_given_word_for_word(
    lab: Lab, admin: httpx.AsyncClient, name: str, content_type: str
) -> None:
    fill(lab.store)
    exchange = recorded(name)

    answer = await replay(admin, exchange, **{"content-type": content_type})

    assert answer.status_code == exchange["status"]
    assert answer.headers["content-type"] == exchange["content_type"]
    assert answer.json() == exchange["body"]
    assert list(answer.json()) == list(exchange["body"])


async def test_without_a_token_the_recorded_401_is_given(lab: Lab) -> None:
    exchange = recorded("error_401")

    async with lab.http("") as http:
        answer = await replay(http, exchange)

    assert (answer.status_code, answer.json()) == (401, exchange["body"])


async def test_a_refused_write_has_the_recorded_form_of_403(viewer: httpx.AsyncClient) -> None:
    expected = recorded("error_403")["body"]

    answer = await viewer.delete("/api/v1/namespaces/default/pods")

    assert answer.status_code == 403
    assert answer.json() == {
        **expected,
        "message": expected["message"].replace("cannot list", "cannot deletecollection"),
    }


async def test_an_unknown_api_group_is_no_page(admin: httpx.AsyncClient) -> None:
    exchange = recorded("metrics_api_absent")

    answer = await replay(admin, exchange)

    assert (answer.status_code, answer.text) == (404, exchange["body"])
    assert answer.headers["content-type"] == exchange["content_type"]


@pytest.mark.parametrize(
    "name",
    [
        "deployment",
        "events",
        "nodes",
        "pod_crashloop",
        "pod_imagepull",
        "pod_oom",
        "pods_list",
        "replicasets",
        "scale_get",
        "version",
    ],
)
async def test_an_answer_has_the_recorded_structure(
    lab: Lab, admin: httpx.AsyncClient, name: str
) -> None:
    fill(lab.store)
    exchange = recorded(name)

    answer = await replay(admin, exchange)

    assert answer.status_code == exchange["status"]
    assert answer.headers["content-type"] == exchange["content_type"]
    assert shape(answer.json()) == shape(exchange["body"])
    assert list(answer.json()) == list(exchange["body"])


async def test_a_chunk_of_a_selected_list_has_the_recorded_structure(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    fill(lab.store)
    exchange = recorded("pods_list_label")

    answer = await replay(admin, exchange)

    assert shape(answer.json()) == shape(exchange["body"])
    assert answer.json()["items"][0]["metadata"]["name"].startswith("d-crash-")


async def test_a_dry_run_of_scale_to_zero_leaves_replicas_out_as_recorded(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    fill(lab.store)
    exchange = recorded("scale_patch_dryrun")
    before = lab.store.resource_version

    answer = await replay(admin, exchange, **{"content-type": "application/merge-patch+json"})

    assert shape(answer.json()) == shape(exchange["body"])
    assert answer.json()["spec"] == {}
    assert lab.store.resource_version == before


async def test_a_table_of_pods_has_the_recorded_columns_and_cells(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    fill(lab.store)
    exchange = recorded("pods_table")

    answer = await replay(
        admin, exchange, accept="application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    )

    body, expected = answer.json(), exchange["body"]
    assert {**shape(body), "rows": 0} == {**shape(expected), "rows": 0}
    strip = {"description"}
    assert [
        {key: value for key, value in column.items() if key not in strip}
        for column in body["columnDefinitions"]
    ] == [
        {key: value for key, value in column.items() if key not in strip}
        for column in expected["columnDefinitions"]
    ]
    for row, wanted in zip(body["rows"], expected["rows"], strict=True):
        assert row["cells"][:3] == wanted["cells"][:3]
        assert row["cells"][3].split(" ")[0] == wanted["cells"][3].split(" ")[0]
        assert row["cells"][5:] == wanted["cells"][5:]
        assert shape(row["object"]) == shape(wanted["object"])


async def test_a_token_in_the_url_is_accepted_since_kubectl_sends_no_other_over_http(
    lab: Lab,
) -> None:
    async with httpx.AsyncClient(base_url=lab.url, auth=("admin", TOKENS.admin)) as http:
        answer = await http.get("/api/v1/namespaces")

    assert answer.status_code == 200
