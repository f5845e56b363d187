"""Whoever has a viewer's token reads what a viewer reads, and changes nothing by any operation."""

from collections.abc import AsyncIterator

import httpx
import operations
import pytest
from attack_counts import Attack
from fastapi import FastAPI
from house import House, snapshot
from operations import Operation
from route_cases import CASES
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Role

OWN = "/api/v1/ask"  # whose operations keep what a viewer asked, and nothing else
pytestmark = pytest.mark.attack("a viewer's token on every operation that writes")


@pytest.fixture
async def client(app: FastAPI, apple: House) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a viewer's token, and nothing else."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {apple.tokens[Role.VIEWER]}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        yield client


async def send(client: httpx.AsyncClient, operation: Operation, house: House) -> httpx.Response:
    wanted = operation.request(house)
    return await client.request(wanted.method, wanted.path, json=wanted.body)


async def test_a_viewers_token_is_refused_by_every_operation_that_writes(
    client: httpx.AsyncClient, app: FastAPI, engine: AsyncEngine, apple: House, attack: Attack
) -> None:
    every = [
        each
        for each in operations.find(app.openapi(), CASES)
        if each.method != "GET" and not each.path.startswith(OWN)
    ]
    before = await snapshot(engine, apple.org_id)

    answers = [(each, await send(client, each, apple)) for each in every]

    attack.asks(len(answers))
    after = await snapshot(engine, apple.org_id)
    attack.writes_nothing(name for name in before if before[name] != after[name])
    assert [each.path for each, answer in answers if answer.status_code != 403] == []
    assert {each.method for each in every} == {"DELETE", "PATCH", "POST", "PUT"}


async def test_what_a_viewers_token_reads_changes_nothing_and_holds_no_key_to_more(
    client: httpx.AsyncClient, app: FastAPI, engine: AsyncEngine, apple: House, attack: Attack
) -> None:
    every = [each for each in operations.find(app.openapi(), CASES) if each.method == "GET"]
    secrets = [
        *apple.tokens.values(),
        *(opened.token for opened in apple.sessions.values()),
        *(opened.session.csrf_token for opened in apple.sessions.values()),
        "sealed",
        "r" * 24,
    ]
    before = await snapshot(engine, apple.org_id)

    answers = [await send(client, each, apple) for each in every]

    attack.asks(len(answers))
    after = await snapshot(engine, apple.org_id)
    attack.writes_nothing(name for name in before if before[name] != after[name])
    attack.leaks_nothing(
        str(answer.url) for answer in answers if any(each in answer.text for each in secrets)
    )
    assert sum(answer.is_success for answer in answers) > 15
