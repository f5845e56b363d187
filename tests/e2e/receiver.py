"""Whoever is told of escalations: a small server that checks each signature for itself."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from http_listener import answering

Json = dict[str, Any]

OLDEST_S = 300


@dataclass
class Receiver:
    """What arrived, and what was not signed as agreed."""

    url: str = ""
    secret: str = field(default_factory=lambda: secrets.token_hex(24))
    told: list[Json] = field(default_factory=list)
    forged: list[Json] = field(default_factory=list)

    def heard(self, incident_id: str, kind: str) -> list[Json]:
        """Return the messages of a kind about an incident."""
        return [
            item for item in self.told if (item["incident_id"], item["kind"]) == (incident_id, kind)
        ]

    def take(self, body: bytes, timestamp: str, signature: str) -> None:
        """Check a delivery with nothing but the secret and the clock, and keep it."""
        signed = timestamp.encode() + b"." + body
        digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        is_ours = hmac.compare_digest(signature, f"sha256={digest}")
        is_new = abs(time.time() - int(timestamp)) < OLDEST_S
        (self.told if is_ours and is_new else self.forged).append(json.loads(body))


@contextmanager
def listening() -> Iterator[Receiver]:
    """Listen on a port of our own."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.take(
                body,
                self.headers.get("X-SRE-Agent-Timestamp", "0"),
                self.headers.get("X-SRE-Agent-Signature", ""),
            )
            self.send_response(204)
            self.end_headers()

    with answering(Handler) as address:
        receiver.url = f"http://{address}/escalations"
        yield receiver
