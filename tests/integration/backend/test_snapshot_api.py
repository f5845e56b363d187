"""The golden signals through the API, the Prometheus server and a Prometheus that can fail."""

import asyncio
from typing import Any

from cluster_scene import api, settings
from fake_prometheus import READ_TOKEN, FakePrometheus, watched
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.settings.api import ApiSettings


def watching(database_url: str, url: str) -> ApiSettings:
    return settings(
        database_url, mcp_prometheus_url=url, mcp_prometheus_read_token=SecretStr(READ_TOKEN)
    )


async def test_a_snapshot_shows_signals_now_and_over_time(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with (
        watched(FakePrometheus()) as url,
        api(watching(database_url, url), engine, clock) as ask,
    ):
        found = await ask("GET", "/api/v1/metrics/snapshot?minutes=10")
        beside = await ask("GET", "/metrics/snapshot")

    body = found.json()
    whole = body["whole"]
    assert (found.status_code, beside.status_code) == (200, 200)
    assert (body["cluster"], body["minutes"], body["namespaces"]) == ("default", 10, ["store"])
    assert (whole["traffic"]["now"], whole["traffic"]["unit"]) == (4, "requests_per_second")
    assert whole["errors"]["now"] == 0
    assert len(whole["traffic"]["series"]) == 61
    first, last = whole["traffic"]["series"][0], whole["traffic"]["series"][-1]
    assert last[0] - first[0] == 600
    assert "http_requests_total" in whole["traffic"]["source"]
    assert body["services"][0]["service"] == "till"


async def test_a_signal_without_samples_is_null_and_says_why(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with (
        watched(FakePrometheus()) as url,
        api(watching(database_url, url), engine, clock) as ask,
    ):
        known = (await ask("GET", "/api/v1/metrics/snapshot")).json()["whole"]
        unknown = await ask("GET", "/api/v1/metrics/snapshot?namespace=nowhere")

    assert (known["latency_p99"]["now"], known["latency_p99"]["series"]) == (None, [])
    assert known["latency_p99"]["reason"] == "no histogram times the requests served"
    assert unknown.status_code == 200
    assert "nowhere" in unknown.json()["whole"]["traffic"]["reason"]


async def test_many_viewers_cost_one_query(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    fake = FakePrometheus()
    async with watched(fake) as url, api(watching(database_url, url), engine, clock) as ask:
        answers = await asyncio.gather(*(ask("GET", "/api/v1/metrics/snapshot") for _ in range(40)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(fake.ranges) == len(set(fake.ranges))


async def test_without_a_prometheus_or_with_one_that_fails_there_are_no_numbers(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with api(settings(database_url), engine, clock) as ask:
        missing = await ask("GET", "/api/v1/metrics/snapshot")
    fake = FakePrometheus(fails=True)
    async with watched(fake) as url, api(watching(database_url, url), engine, clock) as ask:
        failing = await ask("GET", "/api/v1/metrics/snapshot")
        fake.fails = False
        mended = await ask("GET", "/api/v1/metrics/snapshot")

    assert (missing.status_code, missing.json()["code"]) == (503, "prometheus_not_configured")
    assert (failing.status_code, failing.json()["code"]) == (503, "prometheus_unavailable")
    assert mended.status_code == 200


async def test_a_cluster_that_is_not_there_is_said_to_be_so(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with api(settings(database_url), engine, clock) as ask:
        found = await ask("GET", "/api/v1/metrics/snapshot?cluster=elsewhere")

    assert (found.status_code, found.json()["title"]) == (404, "No such cluster")
