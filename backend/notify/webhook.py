"""The signed webhook: JSON with an HMAC that the receiver checks."""

import hashlib
import hmac
import json
import re
from typing import Any

import httpx
from pydantic import SecretStr
from typing_extensions import override

from backend.notify.message import Channel, Message
from backend.plain import plain
from sre_agent import ports
from sre_agent.domain.errors import TransientError
from sre_agent.safety.redaction import redact_json

SIGNATURE_HEADER = "X-SRE-Agent-Signature"
TIMESTAMP_HEADER = "X-SRE-Agent-Timestamp"
DELIVERY_HEADER = "X-SRE-Agent-Delivery"

TEXT_CHARACTERS = 4000
"""How much of one text is sent: the whole is in the incident."""

_TIMEOUT_S = 10.0
_MARKUP = re.compile("[<>&]")


class WebhookChannel(Channel):
    """Posts messages to one URL. The client is given, its owner closes it."""

    def __init__(
        self, client: httpx.AsyncClient, clock: ports.Clock, url: str, secret: SecretStr
    ) -> None:
        self._client = client
        self._clock = clock
        self._url = url
        self._secret = secret

    @override
    async def send(self, message: Message) -> None:
        """Post the message; any answer but 2xx counts as not delivered.

        Raises:
            TransientError: It did not arrive.
        """
        body = render(message)
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: timestamp,
            DELIVERY_HEADER: delivery_id(message),
            SIGNATURE_HEADER: sign(self._secret, timestamp, body),
        }
        try:
            answer = await self._client.post(
                self._url, content=body, headers=headers, timeout=_TIMEOUT_S
            )
        except (httpx.HTTPError, httpx.InvalidURL) as err:
            raise TransientError(f"{type(err).__name__}: {err}") from err
        if not answer.is_success:
            raise TransientError(f"the receiver answered {answer.status_code}")


def delivery_id(message: Message) -> str:
    """Return the identity of the message: the same at every attempt, so that a receiver can tell."""
    return f"{message.incident_id}:{message.cause_key}"


def render(message: Message) -> bytes:
    """Return the body: ASCII without markup, its texts masked, bounded, and steering nothing.

    It leaves the installation, for programs that may print it or put it into a page.
    """
    about = {
        "delivery_id": delivery_id(message),
        "kind": message.kind,
        "org_id": message.org_id,
        "created_at": message.created_at.isoformat(),
    }
    said = {name: _clean(value) for name, value in message.payload.items()}
    return _MARKUP.sub(_spelled, json.dumps({**said, **about})).encode()


def _clean(value: Any) -> Any:
    """Return a value of a message as it may leave; long texts are cut."""
    shown = redact_json(plain(value))
    if isinstance(shown, str) and len(shown) > TEXT_CHARACTERS:
        return f"{shown[:TEXT_CHARACTERS]}…"
    return shown


def _spelled(found: re.Match[str]) -> str:
    """Return a character of markup as JSON can spell it too."""
    return f"\\u{ord(found[0]):04x}"


def sign(secret: SecretStr, timestamp: str, body: bytes) -> str:
    """Return the signature over `<timestamp>.<body>`, as the receiver has to compute it."""
    signed = timestamp.encode() + b"." + body
    digest = hmac.new(secret.get_secret_value().encode(), signed, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"
