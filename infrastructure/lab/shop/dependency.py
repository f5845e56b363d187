"""Call another service, measure the call, and say which one failed."""

import json
import time
from collections.abc import Mapping

from infrastructure.lab.shop import metrics, wire
from infrastructure.lab.shop.settings import Call, resolve
from infrastructure.lab.shop.tracing import Span, Tracer


class DependencyError(Exception):
    """A service that this one needs did not do its part."""

    def __init__(self, peer: str, status: int | None, reason: str) -> None:
        """Name the peer, the status it answered (None when it did not) and the reason."""
        super().__init__(f"{peer}: {reason}")
        self.peer, self.status = peer, status


class DependencyTimeoutError(DependencyError):
    """A service that this one needs did not answer in time."""


class Dependencies:
    """The outgoing side of a service."""

    def __init__(self, environment: Mapping[str, str], timeout_s: float, tracer: Tracer) -> None:
        """Take the variables that name services, the patience for each call, and who tells of it."""
        self._environment, self._timeout_s, self._tracer = environment, timeout_s, tracer
        self._requests = metrics.Counter(
            "http_client_requests_total",
            "Requests made to other services; code is error when none answered.",
            ("peer_service", "method", "code"),
        )
        self._durations = metrics.Histogram(
            "http_client_request_duration_seconds",
            "Time that requests to other services took.",
            ("peer_service", "method"),
        )

    def call(self, call: Call, order: int, parent: Span) -> None:
        """Hand an order to another service, for the request that a span is of.

        Raises:
            DependencyError: when it cannot be reached or does not answer 200.
        """
        started_s = time.perf_counter()
        span = self._tracer.calling(parent, f"POST {call.path}")
        span.attributes["peer.service"] = call.peer
        status: int | None = None
        failure: DependencyError | None = None
        try:
            status = self._send(call, order, span.traceparent)
        except DependencyError as error:
            failure = error
            raise
        finally:
            elapsed_s = time.perf_counter() - started_s
            self._requests.add(call.peer, "POST", "error" if status is None else str(status))
            self._durations.observe(call.peer, "POST", seconds=elapsed_s)
            self._tracer.end(span, status, failure)
        if status != 200:
            raise DependencyError(call.peer, status, f"POST {call.path} answered {status}")

    def _send(self, call: Call, order: int, traceparent: str) -> int:
        body = json.dumps({"order": order}).encode()
        headers = {"content-type": "application/json", "traceparent": traceparent}
        request = wire.Request("POST", call.path, headers, body)
        try:
            address = resolve(call.address, self._environment)
            return wire.post(address, request, self._timeout_s).status
        except TimeoutError as error:
            reason = f"no answer within {self._timeout_s:g} s"
            raise DependencyTimeoutError(call.peer, None, reason) from error
        except (LookupError, OSError) as error:
            reason = f"dial {call.address}: {error}"
            raise DependencyError(call.peer, None, reason) from error

    def lines(self) -> list[str]:
        """Return the metrics of the calls as lines of the text format."""
        return self._requests.lines() + self._durations.lines()
