"""Requests that nobody means well with: each is answered clearly, and none makes the API fall."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from house import House
from one_socket import close_code
from route_cases import CASES, Case

pytestmark = pytest.mark.attack("bodies, paths and queries made to break the API")

DEEP = "[" * 5000
BODIES = [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b"{}", DEEP.encode(), b'{"a":1e999}']
VALUES: list[Any] = [None, -1e308, [], {}, "", "x" * 100_000, "\u202e'; DROP TABLE users"]
DOCUMENT = "/openapi.json"  # which reads no body at all
FOR_PEOPLE = "/api/v1/auth/password"
MOMENTS = ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"]
CURSORS: dict[str, list[Any]] = {"incidents": ["x"], "decisions": ["x"], "audit": ["x", 1]}
WITH_BODY = [case for case in CASES if case.body and case.path != FOR_PEOPLE]
READ = [case for case in CASES if case.method == "GET" and case.role is not None]


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an administrator's token, who may send everything."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {hashlib.sha256(b'root').hexdigest()}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        yield client


def texts(case: Case) -> Iterator[str]:
    """Yield the names of the fields that hold text."""
    yield from (name for name, value in (case.body or {}).items() if isinstance(value, str))


async def send(client: httpx.AsyncClient, case: Case, house: House, content: bytes) -> str | None:
    """Return what is wrong with the answer, if anything."""
    path = house.fill(case.path)
    headers = {"Content-Type": "application/json"}
    answer = await client.request(case.method, path, content=content, headers=headers)
    is_told = answer.is_success or bool(answer.json()["hint"])
    if answer.status_code < 500 and is_told:
        return None
    return f"{case.method} {case.path} with {content[:60]!r}: {answer.status_code}"


async def test_a_body_that_is_no_json_is_told_as_such(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await client.post("/api/v1/halt", content=b'{"a": }', headers=headers)

    [error] = answer.json()["errors"]
    assert error["field"] == "body"
    assert "is no JSON: Expecting value, at character 6" in error["message"]


async def test_no_body_makes_a_route_fall(client: httpx.AsyncClient, apple: House) -> None:
    tries = [(case, body) for case in WITH_BODY[::6] for body in BODIES]
    for case in WITH_BODY:
        sent = case.body or {}
        tries += [(case, json.dumps(dict.fromkeys(sent, value)).encode()) for value in VALUES]
        tries += [(case, json.dumps({**sent, name: {"a": []}}).encode()) for name in sent]

    wrong = [await send(client, case, apple, body) for case, body in tries]

    assert [said for said in wrong if said] == []


@pytest.mark.parametrize(("bad", "said"), [("\0", "NUL"), ("\ud800", "surrogate")])
async def test_a_character_that_cannot_be_stored_is_refused_by_its_fields_name(
    bad: str, said: str, client: httpx.AsyncClient, apple: House
) -> None:
    tried = 0
    for case in WITH_BODY:
        for name in texts(case):
            content = json.dumps({**(case.body or {}), name: f"a{bad}b"})
            headers = {"Content-Type": "application/json"}
            path = apple.fill(case.path)
            answer = await client.request(case.method, path, content=content, headers=headers)
            told = answer.json()
            assert answer.status_code == 422, case.path
            assert [error["field"] for error in told["errors"]] == [name]
            assert said in told["detail"]
            tried += 1
    assert tried > 20


async def test_what_only_looks_like_a_zero_character_is_taken(
    client: httpx.AsyncClient, apple: House
) -> None:
    path = apple.fill("/api/v1/incidents/{incident_id}/comment")

    answer = await client.post(path, json={"text": "grep '\\u0000' log"})

    assert answer.status_code == 200
    assert answer.json()["payload"]["text"] == "grep '\\u0000' log"


@pytest.mark.parametrize("place", ["%00", "%27%20OR%201=1%ff"])
async def test_no_path_or_query_makes_a_route_fall(
    place: str, client: httpx.AsyncClient, apple: House
) -> None:
    for case in READ:
        parts = dict.fromkeys(apple.ids, place)
        query = "&".join(
            f"{name}={place}"
            for name in ("q", "cursor", "incident", "actor", "cluster", "since", "limit", "after")
        )
        path = case.path.format_map(parts)

        alone = await client.get(path)
        asked = await client.get(f"{path}?{query}")

        assert {alone.status_code, asked.status_code} <= {200, 404, 422, 503}, path


async def test_a_body_that_is_too_large_is_refused_whatever_is_asked_for(
    client: httpx.AsyncClient, apple: House
) -> None:
    content = json.dumps({"text": "x" * 2_000_000}).encode()
    tried = [case for case in CASES if case.method != "WEBSOCKET" and case.path != DOCUMENT]

    for case in tried:
        path = apple.fill(case.path)
        answer = await client.request(case.method, path, content=content)
        assert answer.status_code == 413, case.path
        assert answer.headers["content-type"] == "application/problem+json"

    assert {"/health", "/metrics/snapshot"} <= {case.path for case in tried}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_no_moment_makes_a_route_fall(
    moment: str, client: httpx.AsyncClient, apple: House
) -> None:
    position = {path: [moment, *rest] for path, rest in CURSORS.items()}
    cursors = {
        path: base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
        for path, parts in position.items()
    }

    since = await client.get("/api/v1/audit", params={"since": moment})
    paged = [
        await client.get(f"/api/v1/{path}", params={"cursor": cursor})
        for path, cursor in cursors.items()
    ]
    body = {"name": "robot", "role": "viewer", "expires_at": moment}
    made = await client.post("/api/v1/tokens", json=body)

    assert since.status_code in {200, 422}, since.text
    assert {answer.status_code for answer in paged} <= {200, 422}
    assert made.status_code == 422


@pytest.mark.parametrize("place", ["a\0b", "\u202e'; DROP TABLE users", "x" * 10_000, "../feed"])
async def test_no_path_makes_a_socket_fall(place: str, app: FastAPI, apple: House) -> None:
    headers = {"Authorization": f"Bearer {hashlib.sha256(b'root').hexdigest()}"}

    assert await close_code(app, f"/ws/incidents/{place}", headers) in {4404, 1000}


@pytest.mark.parametrize("after", ["-1", "x", "1e9", "%00", "9" * 5000, str(2**63), "\u0663"])
async def test_no_query_makes_a_socket_fall(after: str, app: FastAPI, apple: House) -> None:
    headers = {"Authorization": f"Bearer {hashlib.sha256(b'root').hexdigest()}"}
    path = apple.fill("/ws/incidents/{incident_id}")

    code = await close_code(app, path, headers, f"after={after}".encode())

    assert code in {0, 1008, 4400}


@pytest.mark.parametrize(
    "cursor",
    [
        "abc",
        "W10=",
        *(
            base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
            for parts in (
                ["x", "y"],
                ["2026-01-01", "x"],
                ["2026-01-01T00:00Z", 1],
                ["2026-01-01T00:00Z", "x", 10**30],
                ["2026-01-01T00:00Z", "\ud800", 1],
                ["2026-01-01T00:00Z", "\ud800"],
            )
        ),
    ],
)
@pytest.mark.parametrize("path", ["incidents", "decisions", "audit"])
async def test_a_cursor_that_we_never_gave_out_is_refused(
    path: str, cursor: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"/api/v1/{path}", params={"cursor": cursor})

    told: dict[str, Any] = answer.json()
    assert answer.status_code == 422
    assert told["title"] == "This is no cursor"


def many_faults() -> dict[str, Any]:
    return {"K" * 10_000: ["\0"] * 500}


def many_faulty_names() -> dict[str, Any]:
    return {f"{'K' * 30}{number}\ud800": "\0" for number in range(200)}


def deep_faults() -> dict[str, Any]:
    value: Any = "\0"
    for _ in range(400):
        value = {"inner": value}
    return {"name": value}


def many_unknown_fields() -> dict[str, Any]:
    return {f"field{number}": number for number in range(750)} | {"K" * 2000: 1}


@pytest.mark.parametrize("make", [many_faults, many_faulty_names, deep_faults, many_unknown_fields])
async def test_a_refusal_is_short_however_much_is_wrong(
    make: Callable[[], dict[str, Any]], client: httpx.AsyncClient
) -> None:
    del client.headers["authorization"]
    content = json.dumps(make())
    headers = {"Content-Type": "application/json"}

    answer = await client.post("/api/v1/auth/sign-in", content=content, headers=headers)

    told = answer.json()
    assert len(content) < 16_384
    assert answer.status_code == 422
    assert 1 <= len(told["errors"]) <= 10
    assert len(answer.content) < 6000


@pytest.mark.parametrize(("path", "most"), [("auth/sign-in", 16 * 1024), ("tokens", 128 * 1024)])
async def test_no_more_is_read_than_a_route_can_need(
    path: str, most: int, client: httpx.AsyncClient
) -> None:
    full = json.dumps({"name": ""}).encode().ljust(most)

    fits = await client.post(f"/api/v1/{path}", content=full)
    over = await client.post(f"/api/v1/{path}", content=full + b" ")

    assert (fits.status_code, over.status_code) == (422, 413)
    assert str(most) in over.json()["title"]


@pytest.mark.parametrize(
    ("path", "rest"), [("incidents", ["\ud800"]), ("audit", ["inc-1", 10**20]), ("audit", ["", -1])]
)
async def test_a_cursor_that_the_database_cannot_read_is_refused(
    path: str, rest: list[Any], client: httpx.AsyncClient
) -> None:
    text = json.dumps(["2026-01-01T00:00:00+00:00", *rest])
    cursor = base64.urlsafe_b64encode(text.encode()).decode()

    answer = await client.get(f"/api/v1/{path}", params={"cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["title"] == "This is no cursor"


async def test_a_number_of_an_event_that_there_cannot_be_is_refused(
    client: httpx.AsyncClient, apple: House
) -> None:
    path = apple.fill("/api/v1/incidents/{incident_id}/events")

    answer = await client.get(path, params={"after": 10**20})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "after"


async def test_nobody_is_led_to_a_host_that_they_name(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/incidents/", headers={"Host": "elsewhere.test"})

    assert answer.status_code == 404
    assert "location" not in answer.headers
