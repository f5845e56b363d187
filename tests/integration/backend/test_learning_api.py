"""Verdicts, incidents alike and what was learned, as the API tells of them."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from past import Past
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.settings.api import ApiSettings
from sre_agent.testing.world import World

TOKEN = hashlib.sha256(b"responder").hexdigest()


@pytest.fixture
def past(engine: AsyncEngine) -> Past:
    world = World(7)
    world.release("core", ago_s=70, error_ratio=0.4)
    return Past(engine, world)


@pytest.fixture
async def client(
    database_url: str, engine: AsyncEngine, clock: Any
) -> AsyncIterator[httpx.AsyncClient]:
    settings = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(hashlib.sha256(b"webhook").hexdigest()),
        api_tokens=SecretStr(f"ann:responder:{TOKEN}"),
    )
    app = create_app(settings, engine, clock=clock)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client,
    ):
        yield client


async def judge(client: httpx.AsyncClient, id_: str, **body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/incidents/{id_}/verdict", json=body)


async def test_a_verdict_is_an_event_with_who_said_it_and_how(
    client: httpx.AsyncClient, past: Past
) -> None:
    id_ = await past.happen("inc-old")

    answer = await judge(
        client, id_, verdict="wrong", actual_class="out_of_memory", note="it leaked"
    )

    assert answer.status_code == 200
    page = (await client.get(f"/api/v1/incidents/{id_}/events")).json()
    event = page["events"][-1]
    assert (event["kind"], event["actor"]) == ("verdict_given", "ann")
    assert event["payload"]["channel"] == "api"
    assert event["payload"]["verdict"]["note"] == "it leaked"
    assert answer.json()["actual"]["fault_class"] == "out_of_memory"
    assert answer.json()["seq"] == event["seq"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"verdict": "maybe"}, "'right' or 'wrong'"),
    ({"verdict": "wrong", "actual_class": "gremlins"}, "'out_of_memory'"),
    ({"verdict": "wrong", "actual_object": "web"}, "Kind/namespace/name"),
    ({"verdict": "wrong", "actual_class": "bad_release"}, "say that it is right"),
    ({"verdict": "right", "actual_class": "out_of_memory"}, "no other"),
    ({"verdict": "right", "note": "x" * 4001}, "4000"),
]


async def test_a_verdict_that_cannot_be_is_refused_with_what_could(
    client: httpx.AsyncClient, past: Past
) -> None:
    id_ = await past.happen("inc-old")

    answers = [(await judge(client, id_, **body), told) for body, told in REFUSED]

    for answer, told in answers:
        assert answer.status_code == 422, answer.text
        assert told in answer.json()["detail"]


async def test_an_object_that_does_not_exist_is_answered_with_those_that_do(
    client: httpx.AsyncClient, past: Past
) -> None:
    id_ = await past.happen("inc-old")
    namespace = past.world.namespace

    answer = await judge(
        client, id_, verdict="wrong", actual_object=f"Deployment/{namespace}/nobody"
    )

    assert answer.status_code == 422
    assert str(past.world.ref("pay")) in answer.json()["detail"]


async def test_an_incident_without_a_cause_has_nothing_to_judge(
    client: httpx.AsyncClient, past: Past, engine: AsyncEngine
) -> None:
    world = World(7)
    world.ail("core", ago_s=70, error_ratio=0.4)
    id_ = await Past(engine, world).happen("inc-old", result="unknown")

    answer = await judge(client, id_, verdict="right")

    assert answer.status_code == 409
    assert answer.json()["hint"]


async def test_incidents_alike_are_listed_with_the_reasons(
    client: httpx.AsyncClient, past: Past
) -> None:
    old = await past.happen("inc-old")
    new = await past.happen("inc-new")

    [found] = (await client.get(f"/api/v1/incidents/{new}/similar")).json()["incidents"]

    assert found["incident_id"] == old
    assert found["similarity"] > 0.9
    assert any("same alert" in reason for reason in found["reasons"])


async def test_what_was_learned_counts_verdicts_and_verified_repairs(
    client: httpx.AsyncClient, past: Past
) -> None:
    await past.happen("inc-1")
    await judge(client, await past.happen("inc-2"), verdict="wrong")
    await past.happen("inc-3", result="unknown")

    learned = (await client.get("/api/v1/learning")).json()

    [score] = learned["classes"]
    assert (score["fault_class"], score["named"]) == ("bad_release", 3)
    assert (score["confirmed"], score["wrong"], score["unjudged"]) == (1, 1, 1)
    assert learned["judged"] == 2
    assert sum(row["judged"] for row in learned["reliability"]) == 2
