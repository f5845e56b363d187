"""A body that is too long is refused so that its sender hears why: it is read to its end where that is near."""

from typing import Any

import pytest
from starlette.requests import Request

from backend.api import webhook
from backend.api.problems import ProblemError

LIMIT, CHUNK = 1000, 100


class Body:
    """So many bytes, in chunks; `left` is what nobody has read."""

    def __init__(self, length: int) -> None:
        self.left = length

    async def receive(self) -> dict[str, Any]:
        part = min(CHUNK, self.left)
        self.left -= part
        return {"type": "http.request", "body": b"x" * part, "more_body": self.left > 0}


def request(body: Body, *, declares: bool) -> Request:
    headers = [(b"content-length", str(body.left).encode())] if declares else []
    return Request({"type": "http", "method": "POST", "headers": headers}, body.receive)


@pytest.mark.parametrize("declares", [True, False])
async def test_a_body_up_to_the_limit_is_whole(declares: bool) -> None:
    body = Body(LIMIT)

    assert len(await webhook.read_body(request(body, declares=declares), LIMIT, "less")) == LIMIT


@pytest.mark.parametrize("declares", [True, False])
@pytest.mark.parametrize("length", [LIMIT + 1, LIMIT * webhook.READ_OUT])
async def test_who_sends_a_little_too_much_may_end_and_hears_why(
    declares: bool, length: int
) -> None:
    body = Body(length)

    with pytest.raises(ProblemError) as refusal:
        await webhook.read_body(request(body, declares=declares), LIMIT, "send less")

    assert refusal.value.status == 413
    assert refusal.value.body["hint"] == f"Send at most {LIMIT} bytes: send less."
    assert body.left == 0


@pytest.mark.parametrize("declares", [True, False])
async def test_what_has_no_end_is_not_read_to_it(declares: bool) -> None:
    length = LIMIT * webhook.READ_OUT * 10
    body = Body(length)

    with pytest.raises(ProblemError):
        await webhook.read_body(request(body, declares=declares), LIMIT, "send less")

    assert length - body.left <= LIMIT * webhook.READ_OUT + CHUNK
