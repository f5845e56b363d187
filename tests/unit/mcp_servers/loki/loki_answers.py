"""Answers of a real Loki, and a client that hears them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from mcp_servers.loki.api import Api
from mcp_servers.loki.results import Entry
from mcp_servers.loki.window import to_ns

RECORDED = Path(__file__).parents[3] / "contract" / "loki" / "recorded"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def recorded(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return answer


def api_that_answers(handler: Callable[[httpx.Request], httpx.Response]) -> Api:
    return Api(httpx.AsyncClient(base_url="http://loki/", transport=httpx.MockTransport(handler)))


def api_that_hears(name: str) -> Api:
    answer = recorded(name)
    body = answer["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"content-type": answer["content_type"]}
    return api_that_answers(
        lambda _request: httpx.Response(answer["status"], text=text, headers=headers)
    )


def line(text: str, *, at_s: float = 0, pod: str = "web-1", **labels: str) -> Entry:
    return Entry(to_ns(NOON) + round(at_s * 1e9), {"pod": pod, **labels}, text)
