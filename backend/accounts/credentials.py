"""Secrets that open the door: made once, kept only as their SHA-256."""

import hashlib
import secrets

TOKEN_PREFIX = "sre_"  # noqa: S105 - a mark by which scanners find leaked tokens


def new_token() -> str:
    """Return a bearer token of 256 bits, shown once."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_session() -> str:
    """Return what a session cookie holds, 256 bits."""
    return secrets.token_urlsafe(32)


def sha256(token: str) -> bytes:
    """Return what is stored of a token. It is random, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()
