"""What is true of every route: nobody keeps its answers, and nobody sends without end."""

from collections.abc import AsyncIterator

import pytest
from at_the_door import Door

from backend.api.bounds import MAX_BODY_BYTES


@pytest.mark.parametrize("path", ["/api/v1/auth/me", "/metrics/snapshot", "/api/v1/nothing"])
async def test_no_answer_is_stored_anywhere_good_or_bad(path: str, door: Door) -> None:
    for client in (door.program(), door.browser()):
        assert (await client.get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/auth/sign-in"),
        ("POST", "/api/v1/trigger"),
        ("GET", "/health"),
        ("GET", "/ready"),
        ("GET", "/metrics/snapshot"),
    ],
)
async def test_a_body_without_end_is_cut_off_before_anyone_asks_who_sends_it(
    method: str, path: str, door: Door
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 4 * MAX_BODY_BYTES:
            sent += 65536
            yield b" " * 65536

    answer = await door.browser().request(
        method, path, content=endless(), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert sent < 2 * MAX_BODY_BYTES
