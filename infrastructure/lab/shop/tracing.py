"""Tell what was done for each request: spans, kept together over services by `traceparent` (W3C).

Whether a request is told of is decided where it enters, by its trace's id alone, and holds for all
that is done for it. A trace store that does not answer costs spans and never a request.
"""

import json
import os
import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from infrastructure.lab.shop import wire

SERVER, CLIENT = 2, 3
"""The kinds of spans, as OTLP numbers them."""
FAILED = 2
"""OTLP's status of a span that did not do what it was made for."""

EXPORT_EVERY_S = 0.5
PATIENCE_S = 1.0
MAX_WAITING = 1000
"""Spans; what is older is lost when the store does not take them."""
MAX_BATCH = 100
MESSAGE_CHARS = 200

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass
class Span:
    """What is done for one request, here."""

    name: str
    kind: int
    trace_id: str
    parent_id: str
    is_sampled: bool
    span_id: str = field(default_factory=lambda: os.urandom(8).hex())
    started_ns: int = field(default_factory=time.time_ns)
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def traceparent(self) -> str:
        """Return the header that makes what others do a part of this."""
        return f"00-{self.trace_id}-{self.span_id}-{self.is_sampled:02x}"


class Tracer:
    """Makes the spans of one service, and sends those of sampled requests."""

    def __init__(self, resource: Mapping[str, str], endpoint: str | None, share: float) -> None:
        """Take what is said of every span, where spans are sent (None: nowhere), and how many are."""
        self._resource, self._share = dict(resource), share
        target = urlsplit(endpoint) if endpoint else None
        self._address = (str(target.hostname), target.port or 80) if target else None
        self._waiting = deque[dict[str, Any]](maxlen=MAX_WAITING)

    def received(self, traceparent: str | None, name: str) -> Span:
        """Begin the span of a request that came in, with or without a trace that it belongs to."""
        found = _TRACEPARENT.fullmatch(traceparent or "")
        if found:
            return Span(name, SERVER, found[1], found[2], bool(int(found[3], 16) & 1))
        trace_id = os.urandom(16).hex()
        is_sampled = int(trace_id[-8:], 16) < self._share * 2**32
        return Span(name, SERVER, trace_id, "", is_sampled)

    def calling(self, parent: Span, name: str) -> Span:
        """Begin the span of a request to another service."""
        return Span(name, CLIENT, parent.trace_id, parent.span_id, parent.is_sampled)

    def end(self, span: Span, status: int | None, error: BaseException | None = None) -> None:
        """End a span with the status of its answer, None where there was none."""
        if not span.is_sampled or self._address is None:
            return
        attributes = dict(span.attributes)
        if status is not None:
            attributes["http.response.status_code"] = str(status)
        told: dict[str, Any] = {
            "traceId": span.trace_id,
            "spanId": span.span_id,
            "parentSpanId": span.parent_id,
            "name": span.name,
            "kind": span.kind,
            "startTimeUnixNano": str(span.started_ns),
            "endTimeUnixNano": str(time.time_ns()),
            "attributes": _attributes(attributes),
        }
        if status is None or status >= 500:
            told["status"] = {"code": FAILED}
            told["events"] = [_exception(error)] if error is not None else []
        self._waiting.append(told)

    def run(self) -> None:
        """Send what there is, for ever."""
        while True:
            time.sleep(EXPORT_EVERY_S)
            self.flush()

    def start(self) -> None:
        """Send from now on, beside whatever else is done."""
        if self._address is not None:
            threading.Thread(target=self.run, daemon=True).start()

    def flush(self) -> None:
        """Send what waits."""
        while self._address is not None and self._waiting:
            batch: list[dict[str, Any]] = []
            with suppress(IndexError):
                while len(batch) < MAX_BATCH:
                    batch.append(self._waiting.popleft())
            body = json.dumps(self._request(batch)).encode()
            request = wire.Request("POST", "/v1/traces", {"content-type": "application/json"}, body)
            try:
                wire.post(self._address, request, PATIENCE_S)
            except OSError:
                return

    def _request(self, batch: list[dict[str, Any]]) -> dict[str, Any]:
        resource = {"attributes": _attributes(self._resource)}
        scope = {"scope": {"name": "shop"}, "spans": batch}
        return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _attributes(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def _exception(error: BaseException) -> dict[str, Any]:
    about = {
        "exception.type": type(error).__name__,
        "exception.message": str(error)[:MESSAGE_CHARS],
    }
    return {"name": "exception", "attributes": _attributes(about)}
