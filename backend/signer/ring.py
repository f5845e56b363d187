"""The signing keys as a ring: one signs, the next is published before it does, the last verify on; pure."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AwareDatetime

from sre_agent.domain.errors import PermanentError
from sre_agent.domain.model import Value

OVERLAP_S = 3900
"""How long a key that no longer signs is still believed: longer than any grant lasts."""


class KeyChangeRefusedError(PermanentError):
    """The keys stay as they are, and why."""


class KeyState(StrEnum):
    """What a key is good for now."""

    NEXT = "next"
    SIGNING = "signing"
    VERIFYING = "verifying"
    RETIRED = "retired"


class RingKey(Value):
    """A key without its private half; what is retired stays listed, for what it signed once."""

    id: str
    public: str
    signs_from: AwareDatetime
    made_by: str
    retired_at: AwareDatetime | None = None


class Ring(Value):
    """All keys there ever were, oldest first."""

    keys: tuple[RingKey, ...] = ()

    @property
    def published(self) -> tuple[RingKey, ...]:
        """Return the keys that servers believe."""
        return tuple(key for key in self.keys if key.retired_at is None)

    def signing(self, now: datetime) -> RingKey | None:
        """Return the key that signs: of those whose time has come, the newest."""
        begun = [key for key in self.published if key.signs_from <= now]
        return max(begun, key=lambda key: key.signs_from, default=None)

    def state(self, key: RingKey, now: datetime) -> KeyState:
        """Return what a key is good for."""
        if key.retired_at is not None:
            return KeyState.RETIRED
        if key.signs_from > now:
            return KeyState.NEXT
        return KeyState.SIGNING if key == self.signing(now) else KeyState.VERIFYING


def parse_public(text: str) -> dict[str, Ed25519PublicKey]:
    """Return public keys in base64, commas between, by key id.

    Raises:
        ValueError: One is malformed; the message says what it should be.
    """
    try:
        raws = [base64.b64decode(part.strip(), validate=True) for part in text.split(",")]
        return {
            hashlib.sha256(raw).hexdigest()[:16]: Ed25519PublicKey.from_public_bytes(raw)
            for raw in raws
        }
    except ValueError as error:
        wanted = "a public key in base64 as `sre-agent keys list` shows it, or a file with one"
        raise ValueError(f"it is not {wanted}") from error


def first(id_: str, public: str) -> Ring:
    """Return the ring of a key that was there before there were several."""
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    return Ring(keys=(RingKey(id=id_, public=public, signs_from=begin, made_by="the start"),))


def rotated(ring: Ring, new: RingKey, now: datetime) -> Ring:
    """Return the ring with one more key.

    Raises:
        KeyChangeRefusedError: The next key is already there and has not begun to sign.
    """
    waiting = next((key for key in ring.published if key.signs_from > now), None)
    if waiting is not None:
        raise KeyChangeRefusedError(
            f"key {waiting.id} signs from {waiting.signs_from:%Y-%m-%d %H:%M:%S} UTC on: "
            "wait for it, or retire it"
        )
    return Ring(keys=(*ring.keys, new))


def retired(ring: Ring, id_: str, now: datetime, *, at_once: bool = False) -> Ring:
    """Return the ring in which a key is no longer believed.

    Raises:
        KeyChangeRefusedError: There is no such key, it signs, or what it signed may still be in use
            (unless `at_once`).
    """
    found = next((key for key in ring.published if key.id == id_), None)
    if found is None:
        raise KeyChangeRefusedError(f"no key {id_} is in use: `list` shows them")
    if ring.state(found, now) is KeyState.SIGNING:
        raise KeyChangeRefusedError(f"key {id_} signs: rotate first")
    free_at = _replaced_at(ring, found) + timedelta(seconds=OVERLAP_S)
    if found.signs_from <= now < free_at and not at_once:
        raise KeyChangeRefusedError(
            f"grants of key {id_} may be in use until {free_at:%Y-%m-%d %H:%M:%S} UTC: "
            "retire it then, or with --compromised at once, which voids them"
        )
    gone = found.model_copy(update={"retired_at": now})
    return Ring(keys=tuple(gone if key.id == id_ else key for key in ring.keys))


def _replaced_at(ring: Ring, key: RingKey) -> datetime:
    """Return when a later key began to sign in its place."""
    later = [each.signs_from for each in ring.keys if each.signs_from > key.signs_from]
    return min(later, default=key.signs_from)
