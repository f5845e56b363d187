"""What the trace store answers, and does not, in the words of a tool's failure."""

import httpx
import pytest
from jaeger_told import api, data

from mcp_servers.common import telemetry_store
from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.jaeger import api as jaeger


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, RefusedError, "invalid_arguments"),
        (401, RefusedError, "forbidden"),
        (404, RefusedError, "not_found"),
        (302, UnreachableError, None),
        (429, UnreachableError, None),
        (503, UnreachableError, None),
    ],
)
async def test_each_status_has_its_meaning(
    status: int, kind: type[ToolFailureError], code: str | None
) -> None:
    told = '{"data": null, "errors": [{"code": 1, "msg": "no such\\u0000 thing"}]}'
    asked = api(lambda _request: httpx.Response(status, text=told))

    with pytest.raises(kind, match=r"no such thing$") as failure:
        await asked.traces({})

    assert getattr(failure.value, "code", None) == code


@pytest.mark.parametrize("text", ["<html>", '"text"', "[]", "{}", '{"data": 3}'])
async def test_what_answers_in_its_place_is_told_with_what_to_mend(text: str) -> None:
    asked = api(lambda _request: httpx.Response(200, text=text))

    with pytest.raises(UnreachableError, match="JAEGER_URL must lead to the query API"):
        await asked.require_ready()


async def test_nobody_there_is_told() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(UnreachableError, match=r"api/services: ConnectError"):
        await api(refuse).services()


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telemetry_store, "MAX_BODY_BYTES", 10)

    with pytest.raises(RefusedError, match="ask for fewer traces"):
        await api(lambda _request: data(["till"] * 10)).services()


async def test_nothing_is_told_as_null_or_as_an_empty_list() -> None:
    assert await api(lambda _request: data(None)).services() == []
    assert await api(lambda _request: data([])).traces({}) == []


async def test_the_token_and_the_tenant_are_sent_with_every_request() -> None:
    connected = jaeger.connect("http://127.0.0.1:9/jaeger/", "secret", "team")

    sent = connected.client.headers
    assert (sent["authorization"], sent["x-scope-orgid"]) == ("Bearer secret", "team")
    assert str(connected.client.base_url) == "http://127.0.0.1:9/jaeger/"
    await connected.close()
