"""Signing in, staying in, and going out."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from at_the_door import PASSWORD, Door, cookie_of, secret

from backend.db.tables.accounts import users


async def test_who_knows_their_password_gets_a_session_and_can_use_it(door: Door) -> None:
    await door.add("ada", "responder")
    browser = door.browser()

    answer = await browser.post("/api/v1/auth/sign-in", json=secret(" ADA "))
    me = await browser.get("/api/v1/auth/me")

    assert answer.status_code == 200
    assert me.json() == answer.json()
    assert me.json() | {"csrf_token": "", "expires_at": ""} == {
        "name": "ada",
        "role": "responder",
        "org_id": "default",
        "kind": "person",
        "csrf_token": "",
        "expires_at": "",
    }
    assert len(me.json()["csrf_token"]) >= 32
    assert (await browser.get("/api/v1/incidents")).status_code == 200


async def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(door: Door) -> None:
    await door.add("ada", "viewer")

    plain = await door.browser().post("/api/v1/auth/sign-in", json=secret("ada"))
    safe = await door.browser(scheme="https").post("/api/v1/auth/sign-in", json=secret("ada"))

    flags = [part.strip().lower() for part in cookie_of(plain).split(";")]
    assert {"httponly", "samesite=strict", "path=/", "max-age=604800"} <= set(flags)
    assert not any(flag.startswith("domain") for flag in flags)
    assert "secure" not in flags
    assert "; secure" in cookie_of(safe).lower()
    assert plain.headers["cache-control"] == "no-store"


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(door: Door) -> None:
    await door.add("ada", "viewer")

    wrong = await door.browser().post("/api/v1/auth/sign-in", json=secret("ada", "not it at all"))
    unknown = await door.browser().post("/api/v1/auth/sign-in", json=secret("eve"))
    impossible = await door.browser().post("/api/v1/auth/sign-in", json=secret("e v e '--"))

    assert wrong.status_code == 401
    assert wrong.json() == unknown.json() == impossible.json()
    assert "set-cookie" not in wrong.headers
    assert "basic" not in wrong.headers["www-authenticate"].lower()


async def test_leaving_ends_the_session_for_good(door: Door) -> None:
    browser = await door.arrive("ada", "viewer")
    cookie = browser.cookies["sre_session"]

    answer = await browser.post("/api/v1/auth/sign-out")

    assert answer.status_code == 204
    assert "sre_session" not in browser.cookies
    stolen = door.browser(cookie=f"sre_session={cookie}")
    assert (await stolen.get("/api/v1/auth/me")).status_code == 401
    assert [entry.actor for entry in await door.log("signed_out")] == ["ada"]


async def test_signing_in_again_ends_the_session_that_the_browser_had(door: Door) -> None:
    browser = await door.arrive("ada", "viewer")
    before = browser.cookies["sre_session"]

    await door.sign_in("ada", browser=browser)

    assert browser.cookies["sre_session"] != before
    old = door.browser(cookie=f"sre_session={before}")
    assert (await old.get("/api/v1/auth/me")).status_code == 401


@pytest.mark.attack("session fixation")
async def test_a_cookie_that_was_planted_before_is_worth_nothing_afterwards(door: Door) -> None:
    await door.add("ada", "viewer")
    browser = door.browser()
    browser.cookies.set("sre_session", "planted-by-someone-else", domain="war.room")

    await door.sign_in("ada", browser=browser)

    planted = door.browser(cookie="sre_session=planted-by-someone-else")
    assert (await planted.get("/api/v1/auth/me")).status_code == 401


async def test_a_silent_session_ends_after_twelve_hours(door: Door) -> None:
    browser = await door.arrive("ada", "viewer")

    door.clock.time += timedelta(hours=11, minutes=59)
    assert (await browser.get("/api/v1/auth/me")).status_code == 200
    door.clock.time += timedelta(hours=11, minutes=59)
    assert (await browser.get("/api/v1/auth/me")).status_code == 200
    door.clock.time += timedelta(hours=12)
    answer = await browser.get("/api/v1/auth/me")

    assert answer.status_code == 401
    assert answer.json()["hint"] == "Sign in again."


async def test_no_session_lasts_longer_than_seven_days(door: Door) -> None:
    browser = await door.arrive("ada", "viewer")

    for _ in range(20):
        door.clock.time += timedelta(hours=8)
        assert (await browser.get("/api/v1/auth/me")).status_code == 200
    door.clock.time += timedelta(hours=8)

    assert (await browser.get("/api/v1/auth/me")).status_code == 401


@pytest.mark.attack("CSRF")
async def test_a_change_without_the_csrf_token_is_refused(door: Door) -> None:
    browser = await door.arrive("ada", "admin")
    token = browser.headers.pop("X-CSRF-Token")

    without = await browser.post("/api/v1/halt", json={"reason": "r"})
    wrong = await browser.post(
        "/api/v1/halt", json={"reason": "r"}, headers={"X-CSRF-Token": token[:-1] + "~"}
    )
    reading = await browser.get("/api/v1/incidents")
    right = await browser.post(
        "/api/v1/halt", json={"reason": "r"}, headers={"X-CSRF-Token": token}
    )

    assert (without.status_code, wrong.status_code) == (403, 403)
    assert "X-CSRF-Token" in without.json()["hint"]
    assert (reading.status_code, right.status_code) == (200, 200)


@pytest.mark.attack("CSRF token of another session")
async def test_another_session_s_csrf_token_is_no_good(door: Door) -> None:
    ada = await door.arrive("ada", "admin")
    eve = await door.arrive("eve", "admin")

    answer = await ada.post(
        "/api/v1/halt", json={"reason": "r"}, headers={"X-CSRF-Token": eve.headers["X-CSRF-Token"]}
    )

    assert answer.status_code == 403


@pytest.mark.attack("wrong token beside a good session")
async def test_a_wrong_bearer_token_is_refused_even_beside_a_good_cookie(door: Door) -> None:
    browser = await door.arrive("ada", "viewer")

    answer = await browser.get("/api/v1/auth/me", headers={"Authorization": "Bearer sre_wrong"})

    assert answer.status_code == 401


@pytest.mark.attack("sign-in by a form of another site")
async def test_a_form_of_another_site_cannot_sign_anyone_in(door: Door) -> None:
    await door.add("ada", "viewer")
    text = '{"name": "ada", "password": "' + PASSWORD + '"}'

    answer = await door.browser().post(
        "/api/v1/auth/sign-in", content=text, headers={"Content-Type": "text/plain"}
    )

    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


@pytest.mark.attack("session that outlived its person")
async def test_a_session_that_outlived_its_person_opens_nothing(door: Door) -> None:
    browser = await door.arrive("ada", "viewer")
    async with door.engine.begin() as connection:
        await connection.execute(sa.update(users).values(disabled_at=door.clock.now()))

    assert (await browser.get("/api/v1/auth/me")).status_code == 401


async def test_what_happens_at_the_door_is_written_down(door: Door) -> None:
    await door.add("ada", "viewer")
    browser = door.browser(address="10.9.9.9")
    await browser.post("/api/v1/auth/sign-in", json=secret("nobody"))
    await browser.post("/api/v1/auth/sign-in", json=secret("ada", "a wrong password"))
    await browser.post("/api/v1/auth/sign-in", json=secret("ada"))

    log = await door.log()

    told = [(entry.kind, entry.actor) for entry in log]
    assert told == [("user_added", "root"), ("sign_in_refused", "ada"), ("signed_in", "ada")]
    assert log[2].payload["address"] == "10.9.9.9"
    assert PASSWORD not in str(log)
