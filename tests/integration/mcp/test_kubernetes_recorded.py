"""The reading tools over answers recorded from a real Kubernetes, and what the brain makes of them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hands_lab import READ_TOKEN, Hands, hands_with, serving
from lab_cluster import Json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mcp_servers.common.envelope import Record
from mcp_servers.kubernetes import answers
from mcp_servers.kubernetes.events import newest_first
from mcp_servers.kubernetes.settings import KubernetesSettings
from sre_agent.domain.observations import KINDS
from sre_agent.domain.tools import ToolStatus

RECORDED = Path(__file__).parents[2] / "contract" / "kubernetes" / "recorded"
VECTORS = Path(__file__).parents[2] / "vectors" / "kubernetes"

QUESTIONS: dict[str, tuple[str, Json, type[Record]]] = {
    "kubernetes.workload": (
        "describe_workload",
        {"namespace": "default", "name": "d-ok"},
        answers.Workload,
    ),
    "kubernetes.rollout_history": (
        "rollout_history",
        {"namespace": "default", "name": "d-ok"},
        answers.RolloutHistory,
    ),
    "kubernetes.resources": (
        "list_resources",
        {"kind": "Pod", "namespace": "default"},
        answers.ResourceList,
    ),
    "kubernetes.events": (
        "list_events",
        {"namespace": "default", "since_s": 604800},
        answers.EventList,
    ),
    "kubernetes.nodes": ("node_status", {}, answers.NodeList),
    "kubernetes.objects": ("list_objects", {"namespace": "default"}, answers.ObjectList),
}
"""One question for each kind of evidence."""


def recorded(name: str) -> Json:
    found: Json = json.loads((RECORDED / f"{name}.json").read_text())["body"]
    return found


def replay() -> Starlette:
    """Return an API server that knows only what was recorded."""

    def answering(body: Json) -> Any:
        async def answer(request: Request) -> JSONResponse:
            label, _, value = request.query_params.get("labelSelector", "").partition("=")
            if not label:
                return JSONResponse(body)
            items = [
                item
                for item in body["items"]
                if item["metadata"].get("labels", {}).get(label) == value
            ]
            return JSONResponse({**body, "items": items})

        return answer

    namespace = "/api/v1/namespaces/default"
    empty: Json = {"metadata": {}, "items": []}
    apps = "/apis/apps/v1/namespaces/default"
    bodies = {
        f"{apps}/deployments/d-ok": recorded("deployment"),
        f"{apps}/replicasets": recorded("replicasets"),
        f"{namespace}/pods": recorded("pods_list"),
        f"{namespace}/events": recorded("events"),
        f"{namespace}/services": empty,
        f"{namespace}/endpoints": empty,
        "/api/v1/nodes": recorded("nodes"),
    }
    return Starlette(routes=[Route(path, answering(body)) for path, body in bodies.items()])


@pytest.fixture
async def recalled() -> AsyncIterator[Hands]:
    async with serving(replay()) as url:
        values: Json = {
            "mcp_port": 0,
            "mcp_read_token": READ_TOKEN,
            "kubernetes_api_url": url.removesuffix("/mcp"),
            "kubernetes_read_token": "cluster-token",
        }
        async with hands_with(KubernetesSettings(**values)) as hands:
            yield hands


def vector(kind: str) -> Json:
    found: Json = json.loads((VECTORS / f"{QUESTIONS[kind][0]}.json").read_text())
    return found


@pytest.mark.parametrize("kind", [kind for kind in QUESTIONS if kind != "kubernetes.events"])
async def test_a_real_clusters_answers_are_told_as_before(recalled: Hands, kind: str) -> None:
    tool, arguments, _schema = QUESTIONS[kind]

    result = await recalled.read(tool, **arguments)

    assert result.status is ToolStatus.OK, result
    assert result.data == vector(kind)["data"]


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_brain_reads_all_that_the_server_writes(kind: str) -> None:
    found = vector(kind)

    written = QUESTIONS[kind][2].model_validate(found["data"])
    read = KINDS[kind].model_validate(found["data"])

    assert found["kind"] == kind
    assert written.model_dump(mode="json") == found["data"]
    assert read.model_dump(mode="json") == found["data"]


async def test_every_way_a_real_pod_fails_is_told(recalled: Hands) -> None:
    result = await recalled.read("list_resources", kind="Pod", namespace="default")

    rows = {row["object"]["name"].split("-")[1]: row["pod"] for row in (result.data or {})["items"]}
    crashing, unpullable, starved = (rows[name] for name in ("crash", "nopull", "oom"))
    assert crashing["containers"][0]["last_terminated"]["exit_code"] != 0
    assert crashing["containers"][0]["restarts"] > 0
    assert unpullable["containers"][0]["reason"] in {"ErrImagePull", "ImagePullBackOff"}
    ends = [starved["containers"][0][key] for key in ("terminated", "last_terminated")]
    assert "OOMKilled" in {end["reason"] for end in ends if end}


def test_events_of_both_shapes_have_times_and_counts() -> None:
    found = newest_first(recorded("events")["items"])

    times = [event.last_at for event in found if event.last_at]
    assert len(times) == len(found)
    assert times == sorted(times, reverse=True)
    assert all(event.count >= 1 for event in found)
    assert {"Scheduled", "BackOff"} <= {event.reason for event in found}
