"""One shop service: health, metrics, and the one thing it does with an order."""

import json
import time
from dataclasses import dataclass
from typing import Protocol

from infrastructure.lab.shop import metrics, procfs, records, wire
from infrastructure.lab.shop.dependency import (
    Dependencies,
    DependencyError,
    DependencyTimeoutError,
)
from infrastructure.lab.shop.flags import Flags
from infrastructure.lab.shop.settings import Settings
from infrastructure.lab.shop.tracing import Span, Tracer

ACCESS_LOG_EVERY = 20
"""One good request in so many is logged: enough to see life, too few to drown the errors."""

LESSON = b"\x01" * (256 * 1024)
REMEMBERED_BYTES = 24 * 1024 * 1024
"""A service that takes orders needs this much beside its own, which it has after 96 of them."""

NO_SUCH_ROUTE = wire.Response(404, b'{"error":"no such route"}\n')


@dataclass(frozen=True)
class Outcome:
    """What became of a request, for the response, the metrics and the log."""

    status: int
    body: dict[str, object]
    error: BaseException | None = None


class Worker(Protocol):
    """Does the one thing that a service does."""

    def take(self, order: int) -> dict[str, object]:
        """Do with an order what is to be done; return what is said of it."""
        ...


class Service:
    """Answers the requests of one pod."""

    def __init__(
        self, settings: Settings, worker: Worker, log: records.Log, tracer: Tracer, flags: Flags
    ) -> None:
        """Take the settings, who does the work, whom to tell what is done, and what is switched on."""
        self._settings, self._worker, self._log = settings, worker, log
        self._tracer, self._flags = tracer, flags
        self._dependencies = Dependencies(settings.environment, settings.timeout_s, tracer)
        self._started_s = time.time_ns() / 1e9
        self._remembered = bytearray()
        self._served = 0
        self.is_ready = True
        self._requests = metrics.Counter(
            "http_requests_total", "Requests served.", ("method", "handler", "code")
        )
        self._durations = metrics.Histogram(
            "http_request_duration_seconds", "Time to serve a request.", ("method", "handler")
        )

    def handle(self, request: wire.Request) -> wire.Response:
        """Answer one request."""
        if request.path in ("/", self._settings.route):
            return self._served_request(request)
        match request.path:
            case "/healthz":
                return wire.Response(200, b"ok\n", "text/plain")
            case "/readyz":
                return self._readiness()
            case _:
                return NO_SUCH_ROUTE

    def scrape(self, request: wire.Request) -> wire.Response:
        """Answer one request at the metrics port."""
        if request.path == "/metrics":
            return wire.Response(200, self._exposition(), metrics.CONTENT_TYPE)
        return NO_SUCH_ROUTE

    def _readiness(self) -> wire.Response:
        if self.is_ready:
            return wire.Response(200, b"ready\n", "text/plain")
        return wire.Response(503, b"shutting down\n", "text/plain")

    def _served_request(self, request: wire.Request) -> wire.Response:
        handler = request.path
        span = self._tracer.received(
            request.headers.get("traceparent"), f"{request.method} {handler}"
        )
        started_s = time.perf_counter()
        outcome = self._attempt(request, handler, span)
        elapsed_s = time.perf_counter() - started_s
        self._requests.add(request.method, handler, str(outcome.status))
        self._durations.observe(request.method, handler, seconds=elapsed_s)
        self._tracer.end(span, outcome.status, outcome.error)
        self._record(request, outcome, elapsed_s, span)
        return wire.Response(outcome.status, json.dumps(outcome.body).encode() + b"\n")

    def _attempt(self, request: wire.Request, handler: str, span: Span) -> Outcome:
        """Do the work; every failure becomes an outcome, as the outermost loop of a server must."""
        if handler == "/":
            return Outcome(200, {"service": self._settings.name, "version": self._settings.version})
        try:
            return Outcome(200, self._work(_order_of(request), span))
        except Exception as error:  # noqa: BLE001 - the outermost loop: a bug costs one request
            return Outcome(_status_of(error), {"error": _public_text(error)}, error)

    def _work(self, order: int, span: Span) -> dict[str, object]:
        self._remember()
        quote = self._worker.take(order)
        for call in self._settings.calls:
            self._dependencies.call(call, order, span)
        return quote

    def _remember(self) -> None:
        """Keep what the first orders taught, in one block: what it grows to is what is needed."""
        if len(self._remembered) < REMEMBERED_BYTES:
            self._remembered += LESSON

    def _record(
        self, request: wire.Request, outcome: Outcome, elapsed_s: float, span: Span
    ) -> None:
        self._served += 1
        error = outcome.error
        if error is None and self._served % ACCESS_LOG_EVERY:
            return
        self._log.write(
            "info" if error is None else "warning" if outcome.status < 500 else "error",
            _message(outcome),
            method=request.method,
            path=request.path,
            status=outcome.status,
            duration_ms=round(elapsed_s * 1000, 1),
            trace_id=span.trace_id,
            error=records.describe(error) if error else None,
            peer_service=getattr(error, "peer", None),
            peer_status=getattr(error, "status", None),
            flags=self._flags.on or None if error else None,
            stack=records.stack(error) if error and outcome.status == 500 else None,
        )

    def _exposition(self) -> bytes:
        version = metrics.labelled(
            ("service", "version"), (self._settings.name, self._settings.version)
        )
        lines = [
            *self._requests.lines(),
            *self._durations.lines(),
            *self._dependencies.lines(),
            *procfs.lines(self._started_s),
            "# TYPE app_build_info gauge",
            f"app_build_info{{{version}}} 1",
        ]
        return ("\n".join(lines) + "\n").encode()


class MalformedOrderError(ValueError):
    """A request whose body does not hold an order."""


def _order_of(request: wire.Request) -> int:
    try:
        return int(json.loads(request.body)["order"])
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedOrderError("the body must be an object with an order") from error


def _status_of(error: Exception) -> int:
    match error:
        case MalformedOrderError():
            return 400
        case DependencyTimeoutError():
            return 504
        case DependencyError():
            return 502
        case _:
            return 500


def _public_text(error: Exception) -> str:
    return "internal error" if _status_of(error) == 500 else str(error)


def _message(outcome: Outcome) -> str:
    if isinstance(outcome.error, DependencyError):
        return f"dependency {outcome.error.peer} failed"
    return "request served" if outcome.error is None else "request failed"
