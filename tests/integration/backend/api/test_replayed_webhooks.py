"""The same webhook again, and bodies packed to burst: one incident, and nothing done twice."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from api_scene import bearer, webhook
from attack_counts import Attack
from sqlalchemy.ext.asyncio import AsyncEngine

REPLAYS = 100
MIB = 1024 * 1024
COUNTED = ("incidents", "outbox", "procrastinate_jobs")


async def counts(engine: AsyncEngine) -> Mapping[str, int]:
    async with engine.connect() as connection:
        return {
            table: (await connection.execute(sa.text(f"SELECT count(*) FROM {table}"))).scalar_one()  # noqa: S608 - names of ours
            for table in COUNTED
        }


@pytest.mark.attack("webhook replay")
@pytest.mark.parametrize("at_once", [1, 20])
async def test_a_webhook_that_is_sent_a_hundred_times_is_one_incident(
    at_once: int, client: httpx.AsyncClient, engine: AsyncEngine, attack: Attack
) -> None:
    content = json.dumps(webhook("web")).encode()
    first = await client.post("/webhook/alert", content=content, headers=bearer("webhook"))
    before = await counts(engine)

    for _ in range(REPLAYS // at_once):
        posts = (
            client.post("/webhook/alert", content=content, headers=bearer("webhook"))
            for _ in range(at_once)
        )
        answers = await asyncio.gather(*posts)
        assert {answer.status_code for answer in answers} == {202}
        assert {answer.json()["deduplicated"] for answer in answers} == {1}

    attack.asks(REPLAYS + 1)
    assert first.json()["opened"] == 1
    attack.writes_nothing(set(before.items()) ^ set((await counts(engine)).items()))
    assert before["incidents"] == 1


@pytest.mark.attack("webhook replay after the end, with its old time")
async def test_an_old_webhook_that_is_sent_again_ends_nothing_and_opens_nothing_twice(
    client: httpx.AsyncClient, engine: AsyncEngine, attack: Attack
) -> None:
    firing = json.dumps(webhook("web")).encode()
    over = json.dumps(webhook("web", status="resolved")).encode()
    for content in (firing, over):
        await client.post("/webhook/alert", content=content, headers=bearer("webhook"))

    for content in (over, firing, over, firing) * 10:
        answer = await client.post("/webhook/alert", content=content, headers=bearer("webhook"))
        assert answer.status_code == 202

    attack.asks(42)
    assert (await counts(engine))["incidents"] == 1


def packed() -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    piece = b" " * MIB
    return b"".join([*(packer.compress(piece) for _ in range(64)), packer.flush()])


@pytest.mark.attack("packed bodies")
@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "deflate", "zstd", "br"])
async def test_a_packed_body_is_not_unpacked(
    encoding: str, client: httpx.AsyncClient, attack: Attack
) -> None:
    headers: dict[str, Any] = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    small = gzip.compress(json.dumps(webhook("web")).encode())

    answers = [
        await client.post(path, content=content, headers={**headers, **bearer(who)})
        for content in (packed(), small)
        for path, who in (("/webhook/alert", "webhook"), ("/api/v1/tokens", "admin"))
    ]
    next_one = await client.post("/webhook/alert", json=webhook("web"), headers=bearer("webhook"))

    attack.asks(len(answers) + 1)
    assert {answer.status_code for answer in answers} == {415}
    assert all("Content-Encoding" in answer.text for answer in answers)
    assert next_one.status_code == 202
