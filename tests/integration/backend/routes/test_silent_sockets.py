"""Whoever follows one organization hears nothing of another one, whatever happens there."""

import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import httpx
import one_socket
import pytest
from attack_counts import Attack
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from house import House, snapshot
from one_socket import Line
from route_cases import CASES
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.websockets import WebSocket

from backend.actors import Role

pytestmark = pytest.mark.attack("listening on every socket for another organization's news")
NOT_FOUND = 4404


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def sockets_of(app: FastAPI) -> Iterator[str]:
    """Yield the path of every WebSocket of the application's own table."""
    for route in iter_route_contexts(app.routes):
        if not route.methods:
            yield route.path_format or route.path or ""


def bearer(house: House) -> dict[str, str]:
    return {"Authorization": f"Bearer {house.tokens[Role.ADMIN]}"}


async def live(client: httpx.AsyncClient, house: House) -> int:
    """Do everything there is to do in an organization; return how much of it was done."""
    asked = [case for case in CASES if case.role is not None and case.is_unsafe]
    answers = [
        await client.request(
            case.method, house.fill(case.path), json=house.fill_in(case.body), headers=bearer(house)
        )
        for case in asked
        if "sign-out" not in case.path
    ]
    return sum(answer.is_success for answer in answers)


async def hear_own(line: Line, client: httpx.AsyncClient, house: House) -> list[str]:
    """Say something in the house, and return all that comes until it is heard."""
    path = house.fill("/api/v1/incidents/{incident_id}/comment")
    body = {"text": f"{house.mark} {secrets.token_hex(4)}"}
    said = (await client.post(path, json=body, headers=bearer(house))).json()["seq"]
    heard: list[str] = []
    while not heard or last_seq(heard[-1]) < said:
        frame = await line.hear()
        assert isinstance(frame, str), frame
        heard.append(frame)
    return heard


def last_seq(frame: str) -> int:
    """Return the last event that a frame tells of, 0 when it tells of none."""
    told = json.loads(frame)
    return int(told.get("incident", told).get("last_seq", 0))


def mentions(frame: str, house: House) -> bool:
    return house.mark in frame or any(id_ in frame for id_ in house.ids.values())


async def test_no_socket_tells_of_what_happens_in_another_organization(
    client: httpx.AsyncClient, app: FastAPI, apple: House, zebra: House, attack: Attack
) -> None:
    paths = list(sockets_of(app))
    async with AsyncExitStack() as open_lines:

        async def follow(path: str, house: House) -> Line:
            opened = one_socket.opened(app, house.fill(path), bearer(house))
            return await open_lines.enter_async_context(opened)

        lines = [await follow(path, apple) for path in paths]
        theirs = [await follow(path, zebra) for path in paths]
        first = [await hear_own(line, client, apple) for line in lines]

        done = await live(client, zebra)
        # What came before the first of these may still come with it; nothing may with the second.
        second = [await hear_own(line, client, apple) for line in (*lines, *lines)]
        their_own = [await line.hear() for line in theirs]

    assert len(paths) >= 2
    assert done > 15
    attack.asks(2 * len(paths) + done)
    heard = [frame for frames in (*first, *second) for frame in frames]
    attack.leaks_nothing(frame for frame in heard if mentions(frame, zebra))
    attack.leaks_nothing(frame for frames in second for frame in frames if not last_seq(frame))
    assert all(mentions(str(frame), zebra) for frame in their_own)


async def test_no_socket_opens_on_what_is_another_organizations(
    app: FastAPI, engine: AsyncEngine, apple: House, zebra: House, attack: Attack
) -> None:
    before = await snapshot(engine, zebra.org_id)
    named = [path for path in sockets_of(app) if "{" in path]
    for path in named:
        for query in (b"", b"after=0", b"org_id=other", b"cluster=zebra-east"):
            headers = bearer(apple)
            code = await one_socket.close_code(app, zebra.fill(path), headers, query)
            attack.asks()
            attack.leaks_nothing([path] if code != NOT_FOUND else [])

    assert named
    assert await snapshot(engine, zebra.org_id) == before


async def test_a_socket_that_tells_everybody_everything_is_found(
    client: httpx.AsyncClient, app: FastAPI, apple: House, zebra: House
) -> None:
    @app.websocket("/ws/rumours")
    async def rumours(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(json.dumps({"type": "rumour", "of": zebra.mark}))
        await websocket.send_text(json.dumps({"type": "rumour", "last_seq": 10_000}))
        await websocket.receive()

    assert "/ws/rumours" in set(sockets_of(app))
    async with one_socket.opened(app, "/ws/rumours", bearer(apple)) as line:
        heard = await hear_own(line, client, apple)

    assert [mentions(frame, zebra) for frame in heard] == [True, False]
