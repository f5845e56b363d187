"""The push endpoint takes and refuses what a real Loki takes and refuses."""

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

PUSH = "/loki/api/v1/push"
DAY_NS = 24 * 3600 * 10**9
RECORDED = Path(__file__).parent / "recorded"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def record(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return loaded


@pytest.mark.parametrize(
    ("name", "labels", "age_ns"),
    [("error_push_bad", {}, None), ("error_push_too_old", {"app": "x"}, 31 * DAY_NS)],
)
def test_an_entry_that_is_too_old_is_refused_in_the_recorded_words(
    client: httpx.Client, name: str, labels: dict[str, str], age_ns: int | None
) -> None:
    recorded = record(name)
    at = "0" if age_ns is None else str(time.time_ns() - age_ns)

    answer = client.post(PUSH, json={"streams": [{"stream": labels, "values": [[at, "x"]]}]})

    assert answer.status_code == recorded["status"]
    assert answer.headers["content-type"] == recorded["content_type"]
    assert TIME.sub("T", answer.text) == TIME.sub("T", recorded["body"])
    assert ("1970-01-01T00:00:00Z" in answer.text) == (age_ns is None)


def test_a_body_that_is_not_json_is_refused_in_the_recorded_words(client: httpx.Client) -> None:
    recorded = record("error_push_notjson")

    answer = client.post(PUSH, content=b"zzz", headers={"content-type": "application/json"})

    assert answer.status_code == recorded["status"]
    assert answer.text == recorded["body"]


@pytest.mark.parametrize(
    "body",
    [
        {"streams": 1},
        {"streams": [{"stream": {"a": 1}, "values": []}]},
        {"streams": [{"stream": {}}]},
        {"streams": [{"stream": {}, "values": [["soon", "x"]]}]},
        {"streams": [{"stream": {}, "values": [["1", "x", "no metadata"]]}]},
        [],
    ],
)
def test_a_body_of_another_shape_is_refused(client: httpx.Client, body: object) -> None:
    answer = client.post(PUSH, json=body)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_body_that_is_too_large_is_refused(client: httpx.Client) -> None:
    answer = client.post(PUSH, content=b"x" * (5 * 1024 * 1024))

    assert answer.status_code == 400


def test_a_pushed_entry_can_be_asked_for_and_counts_once_when_pushed_twice(
    client: httpx.Client,
) -> None:
    entry = [str(time.time_ns()), "ERROR disk full", {"trace_id": "t1"}]
    body = {"streams": [{"stream": {"app": "once"}, "values": [entry]}]}

    statuses = [client.post(PUSH, json=body).status_code for _ in range(2)]
    answer = client.get("/loki/api/v1/query_range", params={"query": '{app="once"}'})

    assert statuses == [204, 204]
    assert answer.json()["data"]["result"] == [
        {
            "stream": {
                "app": "once",
                "detected_level": "error",
                "service_name": "unknown_service",
                "trace_id": "t1",
            },
            "values": [entry[:2]],
        }
    ]
