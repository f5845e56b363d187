"""Watches: where they begin, what they see, and how they end."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from api_lab import Lab, pod, put

from infrastructure.lab.cluster.kinds import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

PODS = "/api/v1/namespaces/default/pods"
TABLE = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}


async def follow(http: httpx.AsyncClient, count: int, **query: Any) -> list[dict[str, Any]]:
    """Return the first lines of a watch on pods."""
    lines: list[dict[str, Any]] = []
    params = {"watch": "true", "timeoutSeconds": "5", **query}
    async with http.stream("GET", PODS, params=params) as answer:
        async for line in answer.aiter_lines():
            lines.append(json.loads(line))
            if len(lines) == count:
                break
    return lines


def names(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(line["type"], line["object"]["metadata"]["name"]) for line in lines]


async def test_a_watch_without_a_version_starts_with_what_is_there(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    put(lab.store, "Pod", pod("a"))

    lines = await follow(admin, 1)

    assert names(lines) == [("ADDED", "a")]
    assert lines[0]["object"]["kind"] == "Pod"


async def test_a_watch_sees_objects_come_into_and_leave_its_selection(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    created = put(lab.store, "Pod", pod("a", app="x"))
    version = created["metadata"]["resourceVersion"]
    watching = asyncio.create_task(follow(admin, 3, labelSelector="app=y", resourceVersion=version))
    for labels in ({"app": "y"}, {"app": "y", "b": "c"}, {"app": "x"}):
        created["metadata"]["labels"] = labels
        created["metadata"]["resourceVersion"] = ""
        lab.store.update(KINDS["Pod"], created)

    lines = await watching

    assert names(lines) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]


async def test_a_watch_from_a_forgotten_version_says_410_and_ends(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    for number in range(1100):
        put(lab.store, "ConfigMap", {"metadata": {"name": f"c{number}", "namespace": "default"}})

    lines = await follow(admin, 2, resourceVersion="1")

    assert [line["type"] for line in lines] == ["ERROR"]
    assert (lines[0]["object"]["code"], lines[0]["object"]["reason"]) == (410, "Expired")


async def test_a_watch_ends_at_its_timeout(admin: httpx.AsyncClient) -> None:
    version = (await admin.get(PODS)).json()["metadata"]["resourceVersion"]

    lines = await follow(admin, 1, resourceVersion=version, timeoutSeconds="1")

    assert lines == []


async def test_initial_events_end_with_a_marked_bookmark(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    put(lab.store, "Pod", pod("a"))

    lines = await follow(
        admin, 2, sendInitialEvents="true", allowWatchBookmarks="true", resourceVersion="0"
    )

    assert [line["type"] for line in lines] == ["ADDED", "BOOKMARK"]
    marks = lines[1]["object"]["metadata"]["annotations"]
    assert marks == {"k8s.io/initial-events-end": "true"}


async def test_a_watch_as_a_table_names_its_columns_once(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    put(lab.store, "Pod", pod("a"))
    put(lab.store, "Pod", pod("b"))
    lines: list[dict[str, Any]] = []

    async with admin.stream(
        "GET", PODS, params={"watch": "1", "timeoutSeconds": "1"}, headers=TABLE
    ) as answer:
        lines += [json.loads(line) async for line in answer.aiter_lines()]

    assert [bool(line["object"]["columnDefinitions"]) for line in lines] == [True, False]
    assert [line["object"]["rows"][0]["cells"][0] for line in lines] == ["a", "b"]


async def test_a_watch_that_its_client_left_is_forgotten(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    put(lab.store, "Pod", pod("a"))
    followers = lab.store._journal._followers
    for _ in range(20):
        await follow(admin, 1)

    for _ in range(500):
        if not followers:
            break
        await asyncio.sleep(0.01)

    assert not followers
