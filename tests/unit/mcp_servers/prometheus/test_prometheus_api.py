"""What can come of asking Prometheus, told apart."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.prometheus.api import Api, connect

AT = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)


def answering(status: int, body: Any) -> Api:
    content = body if isinstance(body, str) else json.dumps(body)
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=content))
    return Api(httpx.AsyncClient(transport=transport, base_url="http://prometheus.test"))


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (400, {"status": "error", "errorType": "bad_data", "error": "parse error: x"}, RefusedError, "parse error: x"),
        (422, {"status": "error", "errorType": "execution", "error": "many-to-many"}, RefusedError, "many-to-many"),
        (401, "who are you", RefusedError, "credentials"),
        (503, {"status": "error", "errorType": "timeout", "error": "query timed out"}, UnreachableError, "query timed out"),
        (429, "slow down", UnreachableError, "slow down"),
        (502, "<html>bad gateway</html>", UnreachableError, "502"),
        (404, "404 page not found", UnreachableError, "404"),
        (302, "", UnreachableError, "302"),
        (200, "<html>a login page</html>", UnreachableError, "login"),
        (200, {"status": "error", "error": "odd"}, UnreachableError, "odd"),
        (200, ["no", "object"], UnreachableError, "200"),
    ],
)  # fmt: skip
async def test_a_mistake_of_the_caller_is_refused_and_all_else_is_unreachable(
    status: int, body: Any, kind: type[ToolFailureError], reason: str
) -> None:
    api = answering(status, body)

    with pytest.raises(kind, match=reason):
        await api.instant("up", AT)


async def test_nobody_there_is_unreachable() -> None:
    api = connect("http://127.0.0.1:9", None)

    with pytest.raises(UnreachableError, match="did not answer"):
        await api.instant("up", AT)
    await api.close()


async def test_warnings_of_prometheus_are_passed_on() -> None:
    body = {"status": "success", "data": {}, "warnings": ["a store did not answer"]}

    reply = await answering(200, body).instant("up", AT)

    assert reply.warnings == ("a store did not answer",)


async def test_a_prefix_in_the_url_and_the_token_are_sent() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"status": "success", "data": {}})

    real = connect("http://metrics.test/tenant/a", "secret")
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(answer),
        base_url=real.client.base_url,
        headers=real.client.headers,
    )

    await Api(client).instant("up", AT)

    assert str(seen[0].url) == "http://metrics.test/tenant/a/api/v1/query"
    assert seen[0].headers["authorization"] == "Bearer secret"
    assert b"time=1772366400.500" in seen[0].content


async def test_it_is_not_ready_until_it_says_so() -> None:
    with pytest.raises(UnreachableError, match="not ready"):
        await answering(503, "Service Unavailable").ready()

    await answering(200, "Prometheus Server is Ready.").ready()
