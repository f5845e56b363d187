"""How often someone may try: per address and per name, and no right password helps."""

import asyncio
from datetime import timedelta
from ipaddress import ip_network

import httpx
import pytest
from at_the_door import CountingHasher, Door, secret

from backend.accounts import limits
from backend.accounts.limits import TooManyAttemptsError
from backend.settings.api import ApiSettings

SIGN_IN = "/api/v1/auth/sign-in"
REGISTER = "/api/v1/auth/register"


async def try_often(browser: httpx.AsyncClient, path: str, names: list[str]) -> list[int]:
    wrong = "certainly not the password"
    return [(await browser.post(path, json=secret(name, wrong))).status_code for name in names]


async def test_the_sixth_attempt_of_an_address_within_a_minute_is_refused(door: Door) -> None:
    await door.add("ada", "viewer")
    browser = door.browser()

    tried = await try_often(browser, SIGN_IN, ["a", "b", "c", "d", "e"])
    right = await browser.post(SIGN_IN, json=secret("ada"))
    elsewhere = await door.browser(address="10.0.0.2").post(SIGN_IN, json=secret("ada"))

    assert tried == [401] * 5
    assert right.status_code == 429
    assert "set-cookie" not in right.headers
    assert right.headers["content-type"] == "application/problem+json"
    assert right.headers["retry-after"] == "60"
    assert elsewhere.status_code == 200


async def test_the_sixth_attempt_of_a_name_within_a_minute_is_refused_from_anywhere(
    door: Door, hasher: CountingHasher
) -> None:
    await door.add("ada", "viewer")
    for number in range(5):
        await try_often(door.browser(address=f"10.0.1.{number}"), SIGN_IN, [" Ada "])
    verified = hasher.verified

    right = await door.browser(address="10.0.2.1").post(SIGN_IN, json=secret("ada"))

    assert right.status_code == 429
    assert hasher.verified == verified


async def test_who_waits_as_told_comes_in_however_often_they_were_refused(door: Door) -> None:
    await door.add("ada", "viewer")
    browser = door.browser()
    await try_often(browser, SIGN_IN, ["ada"] * 5)
    door.clock.time += timedelta(seconds=20)

    refused = [await browser.post(SIGN_IN, json=secret("ada")) for _ in range(6)]
    door.clock.time += timedelta(seconds=int(refused[-1].headers["retry-after"]))
    at_last = await browser.post(SIGN_IN, json=secret("ada"))

    assert [answer.headers["retry-after"] for answer in refused] == ["40"] * 6
    assert at_last.status_code == 200


async def test_of_many_attempts_at_the_same_moment_no_more_are_let_through(door: Door) -> None:
    now = door.clock.now()

    async def attempt() -> bool:
        try:
            await limits.enter(door.engine, limits.SIGN_IN, "name:ada", now=now)
        except TooManyAttemptsError:
            return False
        return True

    came_through = await asyncio.gather(*(attempt() for _ in range(12)))

    assert sum(came_through) == 5


async def test_the_fourth_registration_within_a_minute_is_refused(door: Door) -> None:
    browser = door.browser()

    tried = await try_often(browser, REGISTER, ["a", "b", "c", "d"])

    assert tried == [201, 201, 201, 429]


async def test_a_guessed_present_password_is_limited_too(door: Door) -> None:
    browser = await door.arrive("ada", "viewer")
    door.clock.time += timedelta(minutes=1)
    body = {"current": "certainly not it", "new": "something entirely else"}

    tried = [(await browser.post("/api/v1/auth/password", json=body)).status_code for _ in range(6)]

    assert tried == [422] * 5 + [429]


async def test_nobody_gets_around_the_limit_by_a_header_of_their_own(door: Door) -> None:
    browser = door.browser()

    tried = []
    for number in range(6):
        browser.headers["X-Forwarded-For"] = f"172.16.0.{number}"
        tried += await try_often(browser, SIGN_IN, [f"name-{number}"])

    assert tried == [401] * 5 + [429]


class TestBehindATrustedProxy:
    """The proxy says who comes, and by which scheme."""

    @pytest.fixture
    def settings(self, settings: ApiSettings) -> ApiSettings:
        return settings.model_copy(update={"trusted_proxies": (ip_network("10.0.0.0/24"),)})

    async def test_people_are_counted_apart(self, door: Door) -> None:
        first = door.browser(**{"X-Forwarded-For": "192.0.2.1"})
        second = door.browser(**{"X-Forwarded-For": "192.0.2.2"})

        tried = await try_often(first, SIGN_IN, ["a", "b", "c", "d", "e", "f"])
        other = await try_often(second, SIGN_IN, ["g"])

        assert tried == [401] * 5 + [429]
        assert other == [401]

    async def test_the_cookie_is_secure_when_the_browser_came_by_https(self, door: Door) -> None:
        await door.add("ada", "viewer")
        through = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}

        by_proxy = await door.browser(**through).post(SIGN_IN, json=secret("ada"))
        directly = await door.browser("10.9.9.9", **through).post(SIGN_IN, json=secret("ada"))

        assert "; secure" in by_proxy.headers["set-cookie"].lower()
        assert "; secure" not in directly.headers["set-cookie"].lower()
