"""Spans as OTLP tells them in JSON, and what Jaeger makes of them."""

from collections.abc import Iterator
from typing import Any

from infrastructure.lab.traces.store import Span, Tags

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
FAILED = 2


class MalformedError(ValueError):
    """What was sent is not OTLP in JSON."""


def spans(document: Any) -> list[Span]:
    """Return the spans of an export request.

    Raises:
        MalformedError: It is none.
    """
    try:
        return list(_spans(document))
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise MalformedError(f"not an export of spans: {err!r}") from err


def _spans(document: Any) -> Iterator[Span]:
    for resource in document["resourceSpans"]:
        about = _tags(resource.get("resource", {}).get("attributes", ()))
        service = str(dict(about).get("service.name", "unknown_service"))
        process = tuple(tag for tag in about if tag[0] != "service.name")
        for scope in resource["scopeSpans"]:
            for told in scope["spans"]:
                yield _span(told, service, process)


def _span(told: dict[str, Any], service: str, process: Tags) -> Span:
    start_us, end_us = (int(told[f"{at}TimeUnixNano"]) // 1000 for at in ("start", "end"))
    return Span(
        trace_id=str(told["traceId"]),
        span_id=str(told["spanId"]),
        parent_id=str(told.get("parentSpanId", "")),
        service=service,
        operation=str(told["name"]),
        start_us=start_us,
        duration_us=max(0, end_us - start_us),
        tags=(*_tags(told.get("attributes", ())), *_kind(told), *_status(told)),
        process_tags=process,
        logs=tuple(_log(event, start_us) for event in told.get("events", ())),
    )


def _kind(told: dict[str, Any]) -> Tags:
    kind = KINDS.get(told.get("kind", 0))
    return (("span.kind", kind),) if kind else ()


def _status(told: dict[str, Any]) -> Tags:
    status = told.get("status", {})
    if status.get("code") != FAILED:
        return ()
    described = status.get("message")
    return (
        ("error", True),
        ("otel.status_code", "ERROR"),
        *((("otel.status_description", str(described)),) if described else ()),
    )


def _log(event: dict[str, Any], start_us: int) -> tuple[int, Tags]:
    at_us = int(event.get("timeUnixNano", start_us * 1000)) // 1000
    return at_us, (("event", str(event["name"])), *_tags(event.get("attributes", ())))


def _tags(attributes: Any) -> Tags:
    return tuple((str(item["key"]), _value(item["value"])) for item in attributes)


def _value(told: dict[str, Any]) -> str | int | bool:
    if "boolValue" in told:
        return bool(told["boolValue"])
    if "intValue" in told:
        return int(told["intValue"])
    return str(next(iter(told.values()), ""))
