"""The key of an incident's placeholders, which tells nothing of the key that it is derived from."""

import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

_BYTES = 32
_OWN = secrets.token_bytes(_BYTES)
"""Where nothing was configured: placeholders are then other ones after a restart, which is all."""


def placeholder_key(secrets_key: SecretStr | None, about: str) -> bytes:
    """Return the key of one incident or thread, derived from the newest of the configured ones."""
    written = secrets_key.get_secret_value().partition(",")[0].strip() if secrets_key else ""
    info = f"sre-agent:placeholders:{about}".encode()
    return HKDF(SHA256(), _BYTES, salt=None, info=info).derive(written.encode() or _OWN)
