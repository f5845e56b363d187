"""A collector of OpenTelemetry on loopback: it speaks OTLP over HTTP, and keeps what it is told."""

import gzip
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from http_listener import answering
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

PROTOBUF = "application/x-protobuf"
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Told:
    """One span, as it arrived."""

    name: str
    kind: int
    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    attributes: Mapping[str, Any]
    status: int
    service: str
    scope: str


@dataclass
class Collector:
    """Where it is and what it was told. `status` and `wait_s` are how it answers; `headers` go with that."""

    url: str = ""
    status: int = 200
    wait_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    spans: list[Told] = field(default_factory=list)
    requests: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    heard: bytes = b""
    """All that was sent, unpacked."""

    def wait_for(self, count: int) -> list[Told]:
        """Return the spans, once there are so many."""
        ends_at = time.monotonic() + _PATIENCE_S
        while len(self.spans) < count and time.monotonic() < ends_at:
            time.sleep(0.02)
        assert len(self.spans) >= count, f"{len(self.spans)} spans came, not {count}"
        return list(self.spans)

    def only(self, name: str) -> Told:
        """Return the one span of a name."""
        [found] = [span for span in self.spans if span.name == name]
        return found


def certified(folder: Path) -> Path:
    """Write a certificate of 127.0.0.1 with its key; return where."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "collector")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = folder / "collector.pem"
    place.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return place


@contextmanager
def collecting(*, certificate: Path | None = None, **answers: Any) -> Iterator[Collector]:
    """Collect on a free port of loopback, as long as the block lasts."""
    collector = Collector(**answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Take spans, in the one way that the protocol has for it."""
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            collector.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.heard += body
            time.sleep(collector.wait_s)
            status, answer = collector.status, b""
            if status == 200:
                status, answer = _take(collector, self.path, self.headers, body)
            self.send_response(status)
            for name, value in collector.headers.items():
                self.send_header(name, value)
            self.send_header("content-type", PROTOBUF)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815 - as the base class calls them

    with answering(Handler, certificate) as address:
        collector.url = f"http{'s' if certificate else ''}://{address}"
        yield collector


def _take(collector: Collector, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
    if not path.endswith("/v1/traces"):
        return 404, b""
    if headers.get("content-type") != PROTOBUF:
        return 415, b""
    collector.spans.extend(_read(ExportTraceServiceRequest.FromString(body)))
    return 200, ExportTraceServiceResponse().SerializeToString()


def _read(request: ExportTraceServiceRequest) -> Iterator[Told]:
    for resource in request.resource_spans:
        about = {item.key: _value(item.value) for item in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
                yield Told(
                    name=span.name,
                    kind=span.kind,
                    trace_id=span.trace_id,
                    span_id=span.span_id,
                    parent_id=span.parent_span_id,
                    attributes={item.key: _value(item.value) for item in span.attributes},
                    status=span.status.code,
                    service=str(about["service.name"]),
                    scope=scope.scope.name,
                )


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(_value(item) for item in value.array_value.values)
    return getattr(value, kind) if kind else None
