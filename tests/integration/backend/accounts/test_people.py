"""People: how they are let in, what administrators may do with them, and what ends when."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from at_the_door import PASSWORD, CountingHasher, Door, secret

from backend.accounts import administration, people
from backend.accounts.administration import Change, RoleAboveOwnError
from backend.actors import Actor, Role
from backend.db.tables.accounts import users
from backend.settings.api import ApiSettings

SIGN_IN = "/api/v1/auth/sign-in"
REGISTER = "/api/v1/auth/register"
OTHER_ROOT = "b" * 48


async def test_who_registers_sees_nothing_until_an_administrator_gives_a_role(door: Door) -> None:
    browser = door.browser()

    registered = await browser.post(REGISTER, json=secret("Ada@Example.org"))
    waiting = await browser.post(SIGN_IN, json=secret("ada@example.org"))
    id_ = registered.json()["user"]["id"]
    await door.program().patch(f"/api/v1/users/{id_}", json={"role": "responder"})
    let_in = await browser.post(SIGN_IN, json=secret("ada@example.org"))

    assert registered.status_code == 201
    assert registered.json()["user"]["role"] is None
    assert "set-cookie" not in registered.headers
    assert waiting.status_code == 403
    assert "an administrator has to give you a role" in waiting.json()["detail"]
    assert "set-cookie" not in waiting.headers
    assert (let_in.status_code, let_in.json()["role"]) == (200, "responder")


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [
        ("ada", "elevenchars", 422),
        ("ada", "x" * 257, 422),
        ("ada", "x" * 2000, 422),
        ("someone-with-a-long-name", "Someone-With-A-Long-Name", 422),
        ("a b", PASSWORD, 422),
        ("", PASSWORD, 422),
        ("policy", PASSWORD, 422),
        ("admin", PASSWORD, 422),
        ("Root", PASSWORD, 409),
        ("taken", PASSWORD, 409),
        ("ada", "\ud800 a lone surrogate", 422),
    ],
)
async def test_what_cannot_be_registered_is_refused_with_what_to_do(
    name: str, password: str, status: int, door: Door
) -> None:
    await door.add("taken", "viewer")
    text = f'{{"name": "{name}", "password": "{password}"}}'.encode("utf-8", "surrogatepass")
    if "\ud800" in password:
        text = b'{"name": "ada", "password": "\\ud800 a lone surrogate"}'

    answer = await door.browser().post(
        REGISTER, content=text, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == status
    assert answer.json()["hint"]
    assert PASSWORD not in answer.text


class TestWhenRegistrationIsSwitchedOff:
    """Only administrators let people in."""

    @pytest.fixture
    def settings(self, settings: ApiSettings) -> ApiSettings:
        return settings.model_copy(update={"registration_open": False})

    async def test_nobody_registers(self, door: Door) -> None:
        answer = await door.browser().post(REGISTER, json=secret("ada"))

        assert answer.status_code == 403
        assert "administrator" in answer.json()["hint"]


async def test_a_password_that_is_made_up_is_shown_once_and_opens(door: Door) -> None:
    answer = await door.program().post("/api/v1/users", json={"name": "ada", "role": "viewer"})
    listed = await door.program().get("/api/v1/users")

    password = answer.json()["password"]
    await door.sign_in("ada", password)
    assert len(password) >= 20
    assert answer.headers["cache-control"] == "no-store"
    assert "password" not in listed.text
    assert password not in str(await door.log())


async def test_whoever_is_disabled_is_out_at_once_and_cannot_come_back(door: Door) -> None:
    id_ = await door.add("ada", "approver")
    browser = await door.sign_in("ada")

    await door.program().patch(f"/api/v1/users/{id_}", json={"disabled": True})

    assert (await browser.get("/api/v1/auth/me")).status_code == 401
    again = await browser.post(SIGN_IN, json=secret("ada"))
    wrong = await browser.post(SIGN_IN, json=secret("ada", "not the password"))
    assert (again.status_code, wrong.status_code) == (403, 401)
    await door.program().patch(f"/api/v1/users/{id_}", json={"disabled": False})
    assert (await browser.get("/api/v1/auth/me")).status_code == 401
    await door.sign_in("ada")


@pytest.mark.parametrize("change", [{"disabled_at": sa.func.now()}, {"role": None}])
async def test_a_session_that_outlives_the_shutting_out_of_its_person_opens_nothing(
    change: dict[str, Any], door: Door
) -> None:
    id_ = await door.add("ada", "approver")
    browser = await door.sign_in("ada")

    async with door.engine.begin() as connection:
        await connection.execute(sa.update(users).where(users.c.id == id_).values(change))

    assert (await browser.get("/api/v1/auth/me")).status_code == 401


async def test_a_role_that_is_taken_away_ends_the_session_and_a_lesser_one_counts_at_once(
    door: Door,
) -> None:
    id_ = await door.add("ada", "approver")
    browser = await door.sign_in("ada")

    await door.program().patch(f"/api/v1/users/{id_}", json={"role": "viewer"})
    lesser = await browser.post("/api/v1/incidents/inc-1/approve", json={})
    await door.program().patch(f"/api/v1/users/{id_}", json={"role": None})
    none = await browser.get("/api/v1/auth/me")

    assert (lesser.status_code, none.status_code) == (403, 401)


async def test_what_is_left_out_of_a_change_stays(door: Door) -> None:
    id_ = await door.add("ada", "approver")

    await door.program().patch(f"/api/v1/users/{id_}", json={"disabled": True})
    answer = await door.program().patch(f"/api/v1/users/{id_}", json={"role": "viewer"})
    await door.program().patch(f"/api/v1/users/{id_}", json={})

    assert answer.json()["role"] == "viewer"
    assert answer.json()["disabled_at"] is not None
    changes = [entry.payload for entry in await door.log("user_changed")]
    assert [(change["role_before"], change["role"]) for change in changes] == [
        ("approver", "approver"),
        ("approver", "viewer"),
    ]


@pytest.mark.parametrize("change", [{"role": "approver"}, {"role": None}, {"disabled": True}])
async def test_the_last_administrator_stays(change: dict[str, object], door: Door) -> None:
    id_ = await door.add("ada", "admin")
    out = await door.add("eve", "admin")
    await door.program().patch(f"/api/v1/users/{out}", json={"disabled": True})
    browser = await door.sign_in("ada")

    answer = await browser.patch(f"/api/v1/users/{id_}", json=change)

    assert answer.status_code == 409
    assert (await browser.get("/api/v1/auth/me")).json()["role"] == "admin"


async def test_two_administrators_cannot_remove_each_other_at_once(door: Door) -> None:
    ids = [await door.add("ada", "admin"), await door.add("eve", "admin")]
    browsers = [await door.sign_in("eve"), await door.sign_in("ada")]

    answers = await asyncio.gather(
        *(
            browser.patch(f"/api/v1/users/{id_}", json={"role": "viewer"})
            for browser, id_ in zip(browsers, ids, strict=True)
        )
    )

    listed = (await door.program().get("/api/v1/users")).json()["users"]
    assert [user["role"] for user in listed].count("admin") == 1
    assert sorted(answer.status_code for answer in answers) != [200, 200]


async def test_nobody_gives_a_role_above_their_own_nor_touches_who_has_one(door: Door) -> None:
    responder = Actor("ada", Role.RESPONDER, "default")
    await door.add("boss", "admin")
    async with door.engine.begin() as connection:
        found = await people.find_secret(connection, "boss")
        assert found is not None
        boss, _ = found

        with pytest.raises(RoleAboveOwnError):
            await administration.add(
                connection,
                responder,
                name="eve",
                password_hash="x",  # noqa: S106 - nobody's
                role=Role.APPROVER,
                now=door.clock.now(),
            )
        with pytest.raises(RoleAboveOwnError):
            await administration.change(
                connection, responder, boss, Change(None, is_disabled=True), now=door.clock.now()
            )
        with pytest.raises(RoleAboveOwnError):
            await administration.reset_password(
                connection, responder, boss, "x", now=door.clock.now()
            )


async def test_another_password_ends_every_other_session_and_keeps_one_s_own(door: Door) -> None:
    browser = await door.arrive("ada", "viewer")
    other = await door.sign_in("ada")

    answer = await browser.post(
        "/api/v1/auth/password", json={"current": PASSWORD, "new": "a much better secret"}
    )

    assert answer.status_code == 204
    assert (await browser.get("/api/v1/auth/me")).status_code == 200
    assert (await other.get("/api/v1/auth/me")).status_code == 401
    assert (await door.browser().post(SIGN_IN, json=secret("ada"))).status_code == 401
    await door.sign_in("ada", "a much better secret")


@pytest.mark.parametrize(
    ("current", "new"),
    [("not the present one", "a much better secret"), (PASSWORD, "short"), (PASSWORD, PASSWORD)],
)
async def test_a_password_is_not_changed_for_a_bad_one_or_without_the_present_one(
    current: str, new: str, door: Door
) -> None:
    browser = await door.arrive("ada", "viewer")

    answer = await browser.post("/api/v1/auth/password", json={"current": current, "new": new})

    assert answer.status_code == 422
    await door.sign_in("ada")


async def test_a_reset_password_opens_and_the_old_one_and_its_sessions_do_not(door: Door) -> None:
    id_ = await door.add("ada", "viewer")
    browser = await door.sign_in("ada")

    answer = await door.program().post(f"/api/v1/users/{id_}/password")

    assert (await browser.get("/api/v1/auth/me")).status_code == 401
    assert (await door.browser().post(SIGN_IN, json=secret("ada"))).status_code == 401
    await door.sign_in("ada", answer.json()["password"])


async def test_an_unknown_name_is_hashed_just_as_often_as_a_known_one(
    door: Door, hasher: CountingHasher
) -> None:
    await door.add("ada", "viewer")
    counts = []
    for name in ("ada", "nobody", "not a name at all"):
        before = hasher.verified
        await door.browser(name).post(SIGN_IN, json=secret(name, "wrong password here"))
        counts.append(hasher.verified - before)

    assert counts == [1, 1, 1]


async def test_programs_have_neither_a_session_to_end_nor_a_password(door: Door) -> None:
    out = await door.program().post("/api/v1/auth/sign-out")
    body = {"current": PASSWORD, "new": "a much better secret"}
    changed = await door.program().post("/api/v1/auth/password", json=body)

    assert (out.status_code, changed.status_code) == (403, 403)


class TestOfAnotherOrganization:
    """An administrator there sees and touches nobody here."""

    async def test_people_and_tokens_of_ours_are_not_there(
        self, door: Door, settings: ApiSettings
    ) -> None:
        id_ = await door.add("ada", "viewer")
        made = await door.program().post("/api/v1/tokens", json={"name": "ci", "role": "viewer"})
        context = door.app.state.context
        door.app.state.context = replace(
            context, settings=settings.model_copy(update={"org_id": "theirs"})
        )
        admin = door.program()

        listed = await admin.get("/api/v1/users")
        tokens = await admin.get("/api/v1/tokens")
        refused = [
            await admin.patch(f"/api/v1/users/{id_}", json={"disabled": True}),
            await admin.post(f"/api/v1/users/{id_}/password"),
            await admin.delete(f"/api/v1/tokens/{made.json()['token']['id']}"),
        ]

        assert (listed.json(), tokens.json()) == ({"users": []}, {"tokens": []})
        assert [answer.status_code for answer in refused] == [404, 404, 404]
        program = door.program(made.json()["secret"])
        assert (await program.get("/api/v1/auth/me")).json()["org_id"] == "default"
