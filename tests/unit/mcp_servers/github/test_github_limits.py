"""GitHub's rate limits: there are several, a query tells of its own in words, and one holds for all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from github.GithubException import GithubException

from mcp_servers.common.envelope import RefusedError
from mcp_servers.github.api import Api
from mcp_servers.github.rates import RateLimitedError

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FULL_AT = NOW + timedelta(minutes=30)
COMMIT = "/repos/acme/store/commits/main"
SEARCH = "/search/code"
QUERY = "/graphql"

Json = dict[str, Any]


def headers(limit: int, remaining: int, full_at: datetime = FULL_AT) -> Json:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(full_at.timestamp())),
    }


@dataclass
class Asker:
    """Answers each path as a test wants, and remembers what was asked."""

    answers: Mapping[str, tuple[Json, Any] | GithubException]
    graphql_url: str = QUERY
    asked: list[str] = field(default_factory=list)

    def requestJsonAndCheck(self, _verb: str, path: str, *_: object) -> tuple[Json, Any]:  # noqa: N802 - as the client has it
        self.asked.append(path)
        answer = self.answers[path]
        if isinstance(answer, GithubException):
            raise answer
        return answer


def api(asker: Asker) -> Api:
    return Api(asker, now=lambda: NOW)  # type: ignore[arg-type]


def failed(kind: str, message: str = "no") -> Json:
    return {"data": None, "errors": [{"type": kind, "message": message}]}


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
async def test_a_query_that_came_too_often_is_not_sent_again_until_it_may_be(kind: str) -> None:
    said = failed(kind, "API rate limit already exceeded for user ID 1.")
    asker = Asker({QUERY: (headers(5000, 0), said), COMMIT: (headers(5000, 4000), {})})
    github = api(asker)

    with pytest.raises(RateLimitedError) as first:
        await github.graphql("query", {})
    with pytest.raises(RateLimitedError) as second:
        await github.graphql("query", {})
    await github.get(COMMIT)

    assert [first.value.until, second.value.until] == [FULL_AT, FULL_AT]
    assert asker.asked == [QUERY, COMMIT]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("NOT_FOUND", "not_found"),
        ("FORBIDDEN", "forbidden"),
        ("INSUFFICIENT_SCOPES", "forbidden"),
        ("ODD", "invalid_arguments"),
    ],
)
async def test_a_query_that_is_refused_says_why(kind: str, code: str) -> None:
    github = api(Asker({QUERY: (headers(5000, 0), failed(kind))}))

    with pytest.raises(RefusedError) as told:
        await github.graphql("query", {})

    assert told.value.code == code


async def test_searches_that_are_used_up_stop_searches_alone() -> None:
    over = GithubException(403, {"message": "API rate limit exceeded"}, headers(10, 0))
    asker = Asker({SEARCH: over, COMMIT: (headers(5000, 4000), {}), QUERY: ({}, {"data": {}})})
    github = api(asker)

    for _ in range(2):
        with pytest.raises(RateLimitedError):
            await github.get(SEARCH)
    await github.get(COMMIT)
    await github.graphql("query", {})

    assert asker.asked == [SEARCH, COMMIT, QUERY]


async def test_what_is_left_is_told_of_what_was_asked() -> None:
    asker = Asker({SEARCH: (headers(10, 9), {}), COMMIT: (headers(5000, 4000), {})})
    github = api(asker)

    await github.get(COMMIT)
    await github.get(SEARCH)

    assert github.rate is not None
    assert (github.rate.limit, github.rate.remaining) == (5000, 4000)


@pytest.mark.parametrize(
    ("status", "said", "message"),
    [
        (403, {"retry-after": "60"}, "You have exceeded a secondary rate limit"),
        (403, {}, "You have exceeded a secondary rate limit"),
        (429, {}, "Too many requests"),
    ],
)
async def test_too_many_at_once_stop_everything(status: int, said: Json, message: str) -> None:
    over = GithubException(status, {"message": message}, {**headers(10, 9), **said})
    asker = Asker({SEARCH: over})
    github = api(asker)

    with pytest.raises(RateLimitedError):
        await github.get(SEARCH)
    with pytest.raises(RateLimitedError):
        await github.get(COMMIT)

    assert asker.asked == [SEARCH]
