"""The exporter's way out: to one collector, with its own headers, and by nothing that a shell exports.

The exporter adds headers and certificates that it reads in the environment to whatever it sends, for
whichever collector they were meant. So it is given a session that goes by the destination alone.
"""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from requests.adapters import HTTPAdapter
from typing_extensions import override

from backend.llm.tracing.destinations import Destination
from sre_agent.tools.addresses import is_credential_service

TIMEOUT_S = 5.0
"""One batch, tries included."""

TOLD_EVERY_S = 600.0
"""So often at most it is said that spans are lost."""

_OURS = {
    "content-type": "application/x-protobuf",
    "content-encoding": "gzip",
    "user-agent": "sre-agent",
}
_log = structlog.get_logger()


def exporter(destination: Destination) -> SpanExporter:
    """Return what sends spans to a collector."""
    # Their own words about it would stand between our log lines, with a trace of each failure.
    theirs = logging.getLogger("opentelemetry")  # noqa: TID251 - another library's
    theirs.propagate = False
    theirs.addHandler(logging.NullHandler())
    return Modest(
        OTLPSpanExporter(
            endpoint=destination.url,
            timeout=TIMEOUT_S,
            compression=Compression.Gzip,
            session=Session(destination),
        ),
        destination.url,
    )


class Modest(SpanExporter):
    """Says now and then that spans are lost, and makes nothing else of it."""

    def __init__(
        self,
        inner: SpanExporter,
        url: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._url = url
        self._monotonic = monotonic
        self._told_at: float | None = None
        self._lost = 0

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._inner.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self._tell(len(spans))
        return result

    @override
    def shutdown(self) -> None:
        self._inner.shutdown()

    def _tell(self, lost: int) -> None:
        self._lost += lost
        now = self._monotonic()
        if self._told_at is None or now - self._told_at >= TOLD_EVERY_S:
            self._told_at = now
            _log.warning("spans_lost", collector=self._url, spans=self._lost)


class Session(requests.Session):
    """Sends to one collector, whatever it is asked to send where."""

    def __init__(self, destination: Destination) -> None:
        super().__init__()
        self.trust_env = False
        self.headers.clear()
        self._destination = destination
        self.mount("https://", _Adapter())
        self.mount("http://", _Adapter())

    @override
    def request(self, method: Any, url: Any, *args: Any, **given: Any) -> requests.Response:
        return super().request(
            "POST",
            self._destination.url,
            headers={**self._destination.headers, **_OURS},
            data=given.get("data"),
            timeout=given.get("timeout"),
            allow_redirects=False,
            verify=True,
        )


class _Adapter(HTTPAdapter):
    """Trusts whom the machine trusts, and goes nowhere where clouds hand out credentials."""

    @override
    def init_poolmanager(self, *args: Any, **given: Any) -> None:
        super().init_poolmanager(*args, **given, ssl_context=ssl.create_default_context())

    @override
    def send(
        self, request: requests.PreparedRequest, *args: Any, **given: Any
    ) -> requests.Response:
        parts = urlsplit(str(request.url))
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise requests.ConnectionError(f"{parts.hostname} has no address") from error
        if any(is_credential_service(str(address[0])) for *_, address in found):
            raise requests.exceptions.InvalidURL("there clouds hand out credentials")
        return super().send(request, *args, **given)
