"""Who asks, and what they may do: three bearer tokens with three roles."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from infrastructure.lab.cluster import errors
from infrastructure.lab.cluster.targets import WRITES, Target

ANONYMOUS = "system:anonymous"
_WORKLOADS = frozenset(
    {
        "configmaps",
        "deployments",
        "deployments/scale",
        "deployments/status",
        "pods",
        "pods/eviction",
        "pods/status",
        "replicasets",
        "replicasets/scale",
        "replicasets/status",
    }
)
"""What the write role may change in every way."""
_PATCHED = frozenset({"horizontalpodautoscalers", "nodes", "services"})
"""What the write role may patch, but neither create nor delete."""


@dataclass(frozen=True)
class User:
    """Someone known by a token."""

    name: str
    role: str


@dataclass(frozen=True)
class Tokens:
    """The bearer token of each role."""

    read: str
    write: str
    admin: str

    @classmethod
    def generate(cls) -> Tokens:
        """Return fresh random tokens."""
        return cls(*(secrets.token_urlsafe(24) for _ in range(3)))

    @classmethod
    def chosen(cls, file: Path | None) -> Tokens:
        """Return the tokens that a JSON file chooses (`read`, `write`); those it does not are fresh."""
        wishes = {} if file is None else json.loads(file.read_text(encoding="utf-8"))
        fresh = cls.generate()
        return cls(wishes.get("read", fresh.read), wishes.get("write", fresh.write), fresh.admin)

    def user(self, authorization: str) -> User:
        """Return who an Authorization header stands for.

        Raises:
            ApiError: 401 when it is absent or unknown.
        """
        token = _token(authorization)
        known = (("viewer", "read"), ("operator", "write"), ("admin", "admin"))
        for name, role in known:
            expected = str(getattr(self, role))
            if hmac.compare_digest(token, expected.encode()):
                return User(name, role)
        raise errors.unauthorized()


def _token(authorization: str) -> bytes:
    """Return the token of a header: a bearer token, or the password of basic authentication.

    kubectl sends no bearer token over plain HTTP; it does send what stands in the server's URL.
    """
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip().encode()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest.strip()).partition(b":")[2]
        except binascii.Error:
            return b""
    return b""


def authorize(user: User, target: Target) -> None:
    """Let the request pass.

    Raises:
        ApiError: 403 when the user's role does not allow it.
    """
    if user.role == "admin" or target.verb not in WRITES:
        return
    if user.role == "write" and _may_write(target):
        return
    where = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
    sentence = (
        f'User "{user.name}" cannot {target.verb} resource "{target.resource}" '
        f'in API group "{target.kind.group}" {where}'
    )
    raise errors.forbidden(target.kind, target.name, sentence)


def _may_write(target: Target) -> bool:
    if target.resource in _PATCHED:
        return target.verb == "patch"
    return target.resource in _WORKLOADS
