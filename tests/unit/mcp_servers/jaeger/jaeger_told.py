"""Traces as Jaeger tells them, and an API that hears what it is made to."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from mcp_servers.jaeger.api import Api

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * 10**6


def api(answer: Callable[[httpx.Request], httpx.Response]) -> Api:
    return Api(httpx.AsyncClient(base_url="http://jaeger/", transport=httpx.MockTransport(answer)))


def data(found: object) -> httpx.Response:
    told = {"data": found, "total": 0, "limit": 0, "offset": 0, "errors": None}
    return httpx.Response(200, text=json.dumps(told))


def tags(values: Mapping[str, object]) -> list[dict[str, object]]:
    return [{"key": key, "type": "string", "value": value} for key, value in values.items()]


def span(
    name: str,
    parent: str = "",
    *,
    process: str = "p1",
    at_us: int = NOON_US,
    took_us: int = 1000,
    logs: Sequence[Mapping[str, object]] = (),
    about: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return a span; `about` are its tags."""
    reference = {"refType": "CHILD_OF", "traceID": "t", "spanID": parent}
    return {
        "traceID": "t",
        "spanID": name,
        "operationName": f"do {name}",
        "references": [reference] if parent else [],
        "startTime": at_us,
        "duration": took_us,
        "tags": tags(about or {}),
        "logs": [{"timestamp": at_us, "fields": tags(fields)} for fields in logs],
        "processID": process,
    }


def trace(
    *spans: dict[str, Any], trace_id: str = "t", processes: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    known = processes or {"p1": {"serviceName": "till", "tags": []}}
    return {"traceID": trace_id, "spans": list(spans), "processes": known}
