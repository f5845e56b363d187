"""From Jaeger's JSON to spans: what each service did, whether it failed, and in which words.

Tags are named as OpenTelemetry names them, and as OpenTracing did before. What makes no sense is
left out, never guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mcp_servers.common.text import shown
from mcp_servers.jaeger.answers import Trace, TracedSpan

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_US = 10**16
"""Microseconds since the epoch; later moments are no dates."""
_NAME_CHARS = 200
_MESSAGE_CHARS = 300
_INSTANCES = ("k8s.pod.name", "service.instance.id", "host.name", "hostname", "ip")
_NAMESPACES = ("k8s.namespace.name", "service.namespace")
_PEERS = ("peer.service", "server.address", "net.peer.name", "peer.hostname", "rpc.service")
_STATUSES = (
    "http.response.status_code",
    "http.status_code",
    "rpc.grpc.status_code",
    "grpc.status_code",
    "otel.status_code",
)
_TYPES = ("exception.type", "error.kind", "error.type")
_MESSAGES = ("exception.message", "error.object", "error.message", "message", "event")
_OTHER_KINDS = {"entry": "server", "exit": "client"}

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Span:
    """One span with what is needed to place it; times in microseconds."""

    id: str
    parent_id: str
    started_us: int
    took_us: int
    tags: Mapping[str, str]
    process: Mapping[str, str]
    told: Json


def trace(told: object) -> Trace | None:
    """Return a trace as Jaeger tells it, or None where it has no span that makes sense."""
    if not isinstance(told, dict):
        return None
    spans = sorted(_spans(told), key=lambda span: (span.started_us, span.id))
    if not spans:
        return None
    numbers = {span.id: number for number, span in enumerate(spans)}
    begun_us = spans[0].started_us
    return Trace(
        trace_id=_text(told.get("traceID"), _NAME_CHARS),
        at=_EPOCH + timedelta(microseconds=begun_us),
        spans=tuple(_span(span, numbers, begun_us) for span in spans),
    )


def namespaces(told: object) -> frozenset[str]:
    """Return the namespaces that the processes of a trace say they run in."""
    processes = told.get("processes") if isinstance(told, dict) else None
    tags = (_tags(item.get("tags")) for item in _values(processes))
    return frozenset(filter(None, (_first(each, _NAMESPACES) for each in tags)))


def _spans(told: Json) -> Iterator[_Span]:
    processes = told.get("processes")
    known = processes if isinstance(processes, dict) else {}
    for item in _values(told.get("spans")):
        if not item.get("spanID"):
            continue
        process = known.get(str(item.get("processID"))) or item.get("process")
        started_us, took_us = _number(item.get("startTime")), _number(item.get("duration"))
        if not isinstance(process, dict) or started_us is None or took_us is None:
            continue
        about = {**_tags(process.get("tags")), "service": str(process.get("serviceName") or "")}
        tags = _tags(item.get("tags"))
        yield _Span(str(item["spanID"]), _parent(item), started_us, took_us, tags, about, item)


def _span(span: _Span, numbers: Mapping[str, int], begun_us: int) -> TracedSpan:
    kind = span.tags.get("span.kind", "").lower()
    is_error = _is_error(span.tags)
    return TracedSpan(
        number=numbers[span.id],
        parent=numbers.get(span.parent_id) if span.parent_id != span.id else None,
        service=shown(span.process["service"], _NAME_CHARS),
        instance=shown(_first(span.process, _INSTANCES), _NAME_CHARS),
        operation=_text(span.told.get("operationName"), _NAME_CHARS),
        kind=shown(_OTHER_KINDS.get(kind, kind), _NAME_CHARS),
        peer=shown(_first(span.tags, _PEERS), _NAME_CHARS),
        after_ms=(span.started_us - begun_us) / 1000,
        took_ms=span.took_us / 1000,
        is_error=is_error,
        status=shown(_first(span.tags, _STATUSES), _NAME_CHARS),
        message=shown(_complaint(span), _MESSAGE_CHARS) if is_error else "",
    )


def _is_error(tags: Mapping[str, str]) -> bool:
    """Return whether a span says that it failed; a status alone is the protocol's matter."""
    return tags.get("error", "").lower() in {"true", "1"} or (
        tags.get("otel.status_code", "").upper() == "ERROR"
    )


def _complaint(span: _Span) -> str:
    """Return what a failed span says of itself: its exception, else the words of its status."""
    for log in _values(span.told.get("logs")):
        fields = _tags(log.get("fields"))
        message = _first(fields, _MESSAGES)
        kind = _first(fields, _TYPES)
        if kind or fields.get("event") in {"error", "exception"}:
            return f"{kind}: {message}" if kind and message != "exception" else kind or message
    told = span.tags.get("otel.status_description") or _first(span.tags, _MESSAGES)
    kind = _first(span.tags, _TYPES)
    return ": ".join(part for part in (kind, told) if part)


def _parent(item: Json) -> str:
    """Return the id of the span it was made for: what it is a child of, before what it follows."""
    references = [one for one in _values(item.get("references")) if one.get("spanID")]
    references = [one for one in references if one.get("traceID") in (None, item.get("traceID"))]
    references.sort(key=lambda one: one.get("refType") != "CHILD_OF")
    return str(references[0]["spanID"]) if references else str(item.get("parentSpanID") or "")


def _tags(told: object) -> dict[str, str]:
    return {str(tag.get("key")): _spelled(tag.get("value")) for tag in _values(told)}


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(told: object) -> list[dict[str, Any]]:
    listed = list(told.values()) if isinstance(told, dict) else told
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _first(tags: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((tags[name] for name in names if tags.get(name)), "")


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < _LATEST_US else None


def _text(value: object, limit: int) -> str:
    return shown(value, limit) if isinstance(value, str) else ""
