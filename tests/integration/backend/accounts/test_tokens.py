"""Tokens of programs: what they open, and from when on they do not."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from at_the_door import Door

from backend.accounts import credentials, tokens
from backend.accounts.administration import RoleAboveOwnError
from backend.actors import Actor, Role
from backend.db.tables.accounts import api_tokens


async def make(by: httpx.AsyncClient, name: str = "ci", role: str = "viewer", **more: Any) -> Any:
    answer = await by.post("/api/v1/tokens", json={"name": name, "role": role, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def status(door: Door, secret: str, path: str = "/api/v1/auth/me") -> int:
    return (await door.program(secret).get(path)).status_code


async def test_a_token_opens_what_its_role_allows_and_is_shown_once(door: Door) -> None:
    made = await make(door.program(), role="responder")
    program = door.program(made["secret"])

    me = await program.get("/api/v1/auth/me")
    above = await program.post("/api/v1/incidents/inc-1/approve", json={})
    listed = await door.program().get("/api/v1/tokens")

    assert me.json() == {
        "name": "ci",
        "role": "responder",
        "org_id": "default",
        "kind": "program",
        "csrf_token": None,
        "expires_at": None,
    }
    assert above.status_code == 403
    assert made["secret"].startswith("sre_")
    assert made["secret"] not in listed.text
    assert listed.json()["tokens"][0]["name"] == "ci"


async def test_the_database_holds_only_the_hash(door: Door) -> None:
    made = await make(door.program())

    async with door.engine.connect() as connection:
        rows = str((await connection.execute(sa.select(api_tokens))).all())

    assert made["secret"] not in rows
    assert made["secret"].removeprefix("sre_") not in rows
    assert repr(credentials.sha256(made["secret"])) in rows
    assert made["secret"] not in str(await door.log())


async def test_all_that_one_credential_has_made_is_one_person(door: Door) -> None:
    """Or whoever holds an administrator's token would be as many people as policy asks for."""
    secrets = [(await make(door.program(), name))["secret"] for name in ("left", "right")]

    async with door.engine.begin() as connection:
        found = [
            await tokens.find_actor(connection, secret, now=door.clock.now()) for secret in secrets
        ]

    maker = (await door.program().get("/api/v1/auth/me")).json()["name"]
    assert {actor.person for actor in found if actor} == {
        Actor(maker, Role.ADMIN, "default").person
    }


async def test_a_revoked_token_opens_nothing_and_its_name_is_free_again(door: Door) -> None:
    made = await make(door.program())
    path = f"/api/v1/tokens/{made['token']['id']}"

    first = await door.program().delete(path)
    again = await door.program().delete(path)

    assert (first.status_code, again.status_code) == (204, 204)
    assert await status(door, made["secret"]) == 401
    assert len(await door.log("token_revoked")) == 1
    assert await status(door, (await make(door.program()))["secret"]) == 200


async def test_a_token_ends_when_it_was_said_to(door: Door) -> None:
    ends = door.clock.now() + timedelta(days=1)
    made = await make(door.program(), expires_at=ends.isoformat())

    assert await status(door, made["secret"]) == 200
    door.clock.time = ends
    assert await status(door, made["secret"]) == 401


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "ci", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, 422),
        ({"name": "ci", "role": "viewer", "expires_at": "2030-01-01T00:00:00"}, 422),
        ({"name": "ci", "role": "emperor"}, 422),
        ({"name": "c\u0000i", "role": "viewer"}, 422),
        ({"name": "policy", "role": "viewer"}, 422),
        ({"name": "there", "role": "viewer"}, 409),
        ({"name": "ada", "role": "viewer"}, 409),
        ({"name": "root", "role": "viewer"}, 409),
    ],
)
async def test_what_cannot_be_a_token_is_refused(
    body: dict[str, str], code: int, door: Door
) -> None:
    await door.add("ada", "viewer")
    await make(door.program(), "there")

    answer = await door.program().post("/api/v1/tokens", json=body)

    assert answer.status_code == code
    assert answer.json()["hint"]


async def test_nobody_is_called_like_a_token(door: Door) -> None:
    await make(door.program(), "ci")

    answer = await door.program().post("/api/v1/users", json={"name": "ci", "role": "viewer"})

    assert answer.status_code == 409


async def test_a_token_is_at_most_what_its_creator_is(door: Door) -> None:
    responder = Actor("ada", Role.RESPONDER, "default")

    async with door.engine.begin() as connection:
        with pytest.raises(RoleAboveOwnError):
            await tokens.create(
                connection,
                responder,
                name="ci",
                role=Role.APPROVER,
                expires_at=None,
                now=door.clock.now(),
            )


async def test_a_token_falls_with_the_role_of_the_person_behind_it(door: Door) -> None:
    await door.add("boss", "admin")
    id_ = await door.add("ada", "admin")
    made = await make(await door.sign_in("ada"), role="admin")
    child = await make(await door.sign_in("ada"), name="child", role="responder")

    await door.program().patch(f"/api/v1/users/{id_}", json={"role": "viewer"})
    for secret in (made["secret"], child["secret"]):
        assert (await door.program(secret).get("/api/v1/auth/me")).json()["role"] == "viewer"
        assert await status(door, secret, "/api/v1/users") == 403


async def test_a_token_opens_nothing_while_the_person_behind_it_is_shut_out(door: Door) -> None:
    await door.add("boss", "admin")
    id_ = await door.add("ada", "admin")
    made = await make(await door.sign_in("ada"), role="viewer")
    child = await make(await door.sign_in("ada"), "child", "admin")

    await door.program().patch(f"/api/v1/users/{id_}", json={"disabled": True})
    assert [await status(door, item["secret"]) for item in (made, child)] == [401, 401]
    await door.program().patch(f"/api/v1/users/{id_}", json={"disabled": False})
    assert [await status(door, item["secret"]) for item in (made, child)] == [200, 200]


async def test_its_use_is_written_down_at_most_once_a_minute(door: Door) -> None:
    made = await make(door.program())

    async def used() -> str:
        await door.program(made["secret"]).get("/api/v1/auth/me")
        answer = await door.program().get("/api/v1/tokens")
        told: str = answer.json()["tokens"][0]["used_at"]
        return told

    first = await used()
    door.clock.time += timedelta(seconds=59)
    soon = await used()
    door.clock.time += timedelta(seconds=1)
    later = await used()

    assert first == soon != later


async def test_a_token_in_the_settings_goes_on_opening(door: Door) -> None:
    me = await door.program().get("/api/v1/auth/me")

    assert (me.json()["name"], me.json()["kind"]) == ("root", "program")


@pytest.mark.parametrize(
    "end", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2099-01-01T00:00:00Z"]
)
async def test_a_token_that_would_end_out_of_reach_is_refused(end: str, door: Door) -> None:
    body = {"name": "ci", "role": "viewer", "expires_at": end}

    answer = await door.program().post("/api/v1/tokens", json=body)

    assert answer.status_code == 422
    assert "expires_at" in answer.json()["hint"]
    assert (await door.program().get("/api/v1/tokens")).json()["tokens"] == []


async def test_a_token_makes_no_token_that_could_outlive_it(door: Door) -> None:
    made = await make(door.program(), role="admin")

    answer = await door.program(made["secret"]).post(
        "/api/v1/tokens", json={"name": "heir", "role": "viewer"}
    )

    assert answer.status_code == 403
    assert "API_TOKENS" in answer.json()["hint"]
    listed = await door.program().get("/api/v1/tokens")
    assert [token["name"] for token in listed.json()["tokens"]] == ["ci"]
