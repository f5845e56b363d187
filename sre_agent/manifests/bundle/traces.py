"""Saved traces into spans: what Jaeger's pages and its API download, and OTLP in JSON.

What makes no sense is left out; a file in which nothing does is none of traces.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.telemetry.spans import Span
from sre_agent.manifests.bundle.documents import Clean

MAX_SPANS = 20_000
"""What is read of one file."""
_LATEST_US = 10**16
"""Microseconds since the epoch; later moments are no dates."""
_KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
_STATUSES = ("http.response.status_code", "http.status_code", "rpc.grpc.status_code")
_INSTANCES = ("k8s.pod.name", "service.instance.id", "host.name", "hostname")
_PEERS = ("peer.service", "server.address", "net.peer.name")
_FAILED = frozenset({"2", "STATUS_CODE_ERROR"})
_MESSAGE_CHARS = 300
"""What is kept of what a failed span says: a line, not a stack."""

Json = Mapping[str, Any]


def spans(name: str, text: str, clean: Clean) -> tuple[Span, ...]:
    """Return the spans that a file holds, nothing where it is no file of traces.

    Args:
        name: its path, which is the evidence.
        text: its content.
        clean: takes out of JSON what nobody should see.
    """
    if '"traceID"' not in text and '"resourceSpans"' not in text:
        return ()
    try:
        content = clean(json.loads(text))
    except (ValueError, RecursionError):
        return ()
    found: list[Span] = []
    for span in _told(content, EvidenceId(name)):
        if len(found) >= MAX_SPANS:
            break
        found.append(span)
    return tuple(found)


def _told(content: object, source: EvidenceId) -> Iterator[Span]:
    if not isinstance(content, dict):
        return
    for trace in _objects(content.get("data")):
        yield from _of_jaeger(trace, source)
    for resource in _objects(content.get("resourceSpans")):
        yield from _of_otlp(resource, source)


def _of_jaeger(trace: Json, source: EvidenceId) -> Iterator[Span]:
    processes = trace.get("processes")
    known = processes if isinstance(processes, dict) else {}
    for told in _objects(trace.get("spans")):
        process = known.get(str(told.get("processID")))
        if isinstance(process, dict):
            about = _tags(process.get("tags")) | {"service.name": str(process.get("serviceName"))}
            logs = [_tags(log.get("fields")) for log in _objects(told.get("logs"))]
            times = (_number(told.get("startTime")), _number(told.get("duration")))
            names = (str(told.get("traceID")), str(told.get("spanID")), _parent(told))
            named = str(told.get("operationName", ""))
            yield from _span(names, named, times, (about, _tags(told.get("tags")), logs), source)


def _of_otlp(resource: Json, source: EvidenceId) -> Iterator[Span]:
    of = resource.get("resource")
    about = _tags(of.get("attributes")) if isinstance(of, dict) else {}
    for scope in _objects(resource.get("scopeSpans")):
        for told in _objects(scope.get("spans")):
            tags = _tags(told.get("attributes")) | _otlp_tags(told)
            logs = [
                {"event": str(event.get("name"))} | _tags(event.get("attributes"))
                for event in _objects(told.get("events"))
            ]
            start, end = (_number(told.get(f"{at}TimeUnixNano"), 1000) for at in ("start", "end"))
            took = end - start if start is not None and end is not None else None
            parent = str(told.get("parentSpanId") or "")
            names = (str(told.get("traceId")), str(told.get("spanId")), parent)
            named = str(told.get("name", ""))
            yield from _span(names, named, (start, took), (about, tags, logs), source)


_About = tuple[Mapping[str, str], Mapping[str, str], list[dict[str, str]]]
"""What is said of the process, of the span, and of what happened within it."""


def _span(
    names: tuple[str, str, str],
    operation: str,
    times_us: tuple[float | None, float | None],
    told: _About,
    source: EvidenceId,
) -> Iterator[Span]:
    start_us, took_us = times_us
    about, tags, logs = told
    if start_us is None or took_us is None or not about.get("service.name"):
        return
    is_error = tags.get("error", "").lower() == "true" or tags.get("otel.status_code") == "ERROR"
    peer = _first(tags, _PEERS)
    yield Span(
        trace_id=names[0],
        span_id=names[1],
        parent_id=names[2],
        service=about["service.name"],
        instance=_first(about, _INSTANCES),
        operation=operation,
        kind=tags.get("span.kind", "").lower(),
        start_s=start_us / 1e6,
        duration_s=took_us / 1e6,
        is_error=is_error,
        status=_first(tags, _STATUSES),
        message=_line(_complaint(tags, logs)) if is_error else "",
        attributes={"peer": peer} if peer else {},
        source=source,
    )


def _otlp_tags(told: Json) -> dict[str, str]:
    status = told.get("status")
    failed = isinstance(status, dict) and str(status.get("code")) in _FAILED
    described = str(status.get("message", "")) if isinstance(status, dict) else ""
    found = {"span.kind": _kind(told.get("kind")), "otel.status_description": described}
    return {**found, **({"error": "true"} if failed else {})}


def _kind(told: object) -> str:
    """Return what kind of span a number or a name such as `SPAN_KIND_CLIENT` means."""
    name = told.removeprefix("SPAN_KIND_").lower() if isinstance(told, str) else ""
    return name or (_KINDS.get(told, "") if isinstance(told, int) else "")


def _line(text: str) -> str:
    return " ".join(text[: 2 * _MESSAGE_CHARS].split())[:_MESSAGE_CHARS]


def _complaint(tags: Mapping[str, str], logs: list[dict[str, str]]) -> str:
    for fields in logs:
        kind = fields.get("exception.type") or fields.get("error.kind", "")
        said = fields.get("exception.message") or fields.get("message", "")
        if kind or said:
            return ": ".join(part for part in (kind, said) if part)
    return tags.get("otel.status_description", "")


def _parent(told: Json) -> str:
    references = [item for item in _objects(told.get("references")) if item.get("spanID")]
    references.sort(key=lambda item: item.get("refType") != "CHILD_OF")
    return str(references[0]["spanID"]) if references else ""


def _tags(told: object) -> dict[str, str]:
    return {str(tag.get("key")): _spelled(tag.get("value")) for tag in _objects(told)}


def _spelled(value: object) -> str:
    """Return a value as text; OTLP wraps it in its type."""
    if isinstance(value, dict):
        value = next(iter(value.values()), "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _objects(told: object) -> list[dict[str, Any]]:
    return [item for item in told if isinstance(item, dict)] if isinstance(told, list) else []


def _first(tags: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((tags[name] for name in names if tags.get(name)), "")


def _number(value: object, scale: int = 1) -> float | None:
    """Return a number, told as one or as text, in microseconds; None where it is no time."""
    try:
        number = float(value) / scale if isinstance(value, int | float | str) else -1.0
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < _LATEST_US else None
