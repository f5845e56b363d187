"""The routes: OTLP comes in, Jaeger's query API goes out."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infrastructure.lab.traces import otlp
from infrastructure.lab.traces.store import Search, Span, Store, Tags

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
DEFAULT_LIMIT: Final = 100
DEFAULT_LOOKBACK_US: Final = 2 * 24 * 3600 * 10**6
_UNITS = {"us": 1, "µs": 1, "ms": 1000, "s": 10**6, "m": 60 * 10**6, "h": 3600 * 10**6}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)")
_TYPES = {bool: "bool", int: "int64", str: "string"}


class BadRequestError(ValueError):
    """A parameter makes no sense; the message says which."""


def create_app(store: Store) -> Starlette:
    """Return the application over a store."""
    doors = _Doors(store)
    return Starlette(
        routes=[
            Route("/v1/traces", doors.take, methods=["POST"]),
            Route("/api/services", doors.services),
            Route("/api/services/{service:path}/operations", doors.operations),
            Route("/api/traces", doors.search),
            Route("/api/traces/{trace_id}", doors.trace),
        ],
        exception_handlers={BadRequestError: _refused},
    )


@dataclass(frozen=True)
class _Doors:
    """What can be asked."""

    store: Store

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if len(body) > MAX_BODY_BYTES:
            return JSONResponse({"code": 8, "message": "the request is too large"}, 413)
        try:
            found = otlp.spans(json.loads(body))
        except ValueError as err:
            return JSONResponse({"code": 3, "message": str(err)}, 400)
        for span in found:
            self.store.add(span)
        return JSONResponse({"partialSuccess": {}})

    async def services(self, _request: Request) -> Response:
        return _answer(self.store.services())

    async def operations(self, request: Request) -> Response:
        return _answer(self.store.operations(request.path_params["service"]))

    async def search(self, request: Request) -> Response:
        return _answer([_trace(spans) for spans in self.store.find(_search(request))])

    async def trace(self, request: Request) -> Response:
        spans = self.store.trace(request.path_params["trace_id"])
        return _answer([_trace(spans)]) if spans else _refusal(404, "trace not found")


async def _refused(_request: Request, err: Exception) -> Response:
    return _refusal(400, str(err))


def _search(request: Request) -> Search:
    given = request.query_params
    if not given.get("service"):
        raise BadRequestError("parameter 'service' is required")
    end_us = _whole(given, "end", time.time_ns() // 1000)
    return Search(
        service=given["service"],
        start_us=_whole(given, "start", end_us - DEFAULT_LOOKBACK_US),
        end_us=end_us,
        limit=_whole(given, "limit", DEFAULT_LIMIT),
        operation=given.get("operation", ""),
        tags=_wanted_tags(given.get("tags", "")),
        min_us=_duration(given, "minDuration", 0),
        max_us=_duration(given, "maxDuration", 2**62),
    )


def _whole(given: Any, name: str, default: int) -> int:
    try:
        return int(given.get(name) or default)
    except ValueError as err:
        raise BadRequestError(f"unable to parse param '{name}': {err}") from err


def _duration(given: Any, name: str, default: int) -> int:
    text = given.get(name)
    if not text:
        return default
    found = _DURATION.fullmatch(text)
    if not found:
        raise BadRequestError(f"unable to parse param '{name}': invalid duration {text!r}")
    return int(float(found[1]) * _UNITS[found[2]])


def _wanted_tags(text: str) -> dict[str, str]:
    try:
        told = json.loads(text or "{}")
    except ValueError as err:
        raise BadRequestError(f"malformed 'tags' parameter, cannot unmarshal JSON: {err}") from err
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise BadRequestError("malformed 'tags' parameter, expecting an object of strings")
    return told


def _trace(spans: Sequence[Span]) -> dict[str, Any]:
    processes: dict[tuple[str, Tags], str] = {}
    for span in spans:
        processes.setdefault((span.service, span.process_tags), f"p{len(processes) + 1}")
    return {
        "traceID": spans[0].trace_id,
        "spans": [_span(span, processes[span.service, span.process_tags]) for span in spans],
        "processes": {
            name: {"serviceName": service, "tags": _key_values(tags)}
            for (service, tags), name in processes.items()
        },
        "warnings": None,
    }


def _span(span: Span, process: str) -> dict[str, Any]:
    parent = {"refType": "CHILD_OF", "traceID": span.trace_id, "spanID": span.parent_id}
    return {
        "traceID": span.trace_id,
        "spanID": span.span_id,
        "operationName": span.operation,
        "references": [parent] if span.parent_id else [],
        "startTime": span.start_us,
        "duration": span.duration_us,
        "tags": _key_values(span.tags),
        "logs": [{"timestamp": at, "fields": _key_values(fields)} for at, fields in span.logs],
        "processID": process,
        "warnings": None,
    }


def _key_values(tags: Tags) -> list[dict[str, Any]]:
    return [{"key": key, "type": _TYPES[type(value)], "value": value} for key, value in tags]


def _answer(data: list[Any]) -> Response:
    counts = {"total": len(data), "limit": 0, "offset": 0}
    return JSONResponse({"data": data or None, **counts, "errors": None})


def _refusal(status: int, message: str) -> Response:
    told = {"code": status, "msg": message}
    return JSONResponse(
        {"data": None, "total": 0, "limit": 0, "offset": 0, "errors": [told]}, status
    )
