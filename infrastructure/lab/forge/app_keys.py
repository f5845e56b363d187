"""The key of the App, and what is signed with it."""

import time
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from jwt.types import Options

from infrastructure.lab.forge.errors import RefusalError

KEY_BITS: Final = 2048
JWT_LASTS_S: Final = 600
_REQUIRED: Final[Options] = {"require": ["iat", "exp", "iss"]}


def pair() -> tuple[str, str]:
    """Make a private and a public key, both in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode(), public.decode()


def check(token: str, public_key: str, app_id: int) -> None:
    """See whether a token was signed by the App, and is good for ten minutes at most.

    Raises:
        RefusalError: 401 when it is not.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token, public_key, ["RS256"], options=_REQUIRED, issuer=str(app_id), leeway=60
        )
    except jwt.InvalidTokenError:
        raise RefusalError(401, "A JSON web token could not be decoded") from None
    if claims["exp"] > time.time() + JWT_LASTS_S:
        message = "'Expiration time' claim ('exp') is too far in the future"
        raise RefusalError(401, message)
