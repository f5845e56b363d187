"""Grants: what the signer permits, verified with its public key and nothing else.

A grant is an EdDSA JSON Web Token. Its checks come in two halves, because a used grant answers with
its outcome even after it expired: first that it is genuine and speaks of this very call, then, once
the live object turns out not to bear its mark, that it is in time and that nothing has changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, ValidationError
from typing_extensions import override

from mcp_servers.common import canonical
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.toolset import Call

ISSUER = "sre-agent-signer"
TOKEN_TYPE = "sre-agent-grant+jwt"  # noqa: S105 - the header's `typ`, not a secret
ALGORITHM = "EdDSA"
CLOCK_SKEW_S = 5
"""How far the clocks of signer and server may be apart."""

MAX_TOKEN_CHARS = 8192


class Target(BaseModel):
    """The object a grant is for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: StrictStr
    namespace: StrictStr
    name: StrictStr

    @override
    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}"


class Grant(BaseModel):
    """The claims of a genuine grant. Times are seconds since the epoch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iss: Literal["sre-agent-signer"]
    aud: StrictStr
    sub: StrictStr
    jti: StrictStr
    iat: StrictInt
    nbf: StrictInt
    exp: StrictInt
    tool: StrictStr
    arguments_sha256: StrictStr
    target: Target
    target_uid: StrictStr
    state_sha256: StrictStr
    result_sha256: StrictStr
    figures_sha256: StrictStr
    plan_sha256: StrictStr
    approved_by: StrictStr


@dataclass(frozen=True, slots=True)
class Verifier:
    """Knows which signatures count and for whom a grant must be made out."""

    audience: str
    keys: Mapping[str, Ed25519PublicKey]
    """The signer's public keys by key id; two during a change of keys."""

    def admit(self, call: Call, target: Target) -> Grant:
        """Return the call's grant when it is genuine and permits this call on this target.

        Whether it is in time is not looked at here.

        Raises:
            RefusedError: `grant_missing`, `grant_invalid`, `grant_not_for_this_call` or
                `grant_not_for_this_target`.
        """
        if not call.grant:
            raise RefusedError("grant_missing", "a write needs a grant in the call's _meta")
        grant = self._genuine(call.grant)
        if grant.tool != call.tool:
            raise RefusedError("grant_not_for_this_call", f"the grant is for {grant.tool}")
        if grant.arguments_sha256 != arguments_sha256(call.arguments):
            raise RefusedError("grant_not_for_this_call", "the grant is for other arguments")
        if grant.target != target:
            raise RefusedError("grant_not_for_this_target", f"the grant is for {grant.target}")
        return grant

    def _genuine(self, token: str) -> Grant:
        if len(token) > MAX_TOKEN_CHARS:
            raise RefusedError("grant_invalid", "the grant is too long")
        try:
            header = jwt.get_unverified_header(token)
            key = self.keys.get(str(header.get("kid")))
            if key is None:
                raise RefusedError("grant_invalid", "the grant names an unknown key")
            if header.get("typ") != TOKEN_TYPE:
                raise RefusedError("grant_invalid", "the token is not a grant")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self.audience,
                issuer=ISSUER,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
            return Grant.model_validate(claims)
        except jwt.InvalidTokenError as err:
            raise RefusedError("grant_invalid", f"the grant does not verify: {err}") from err
        except ValidationError as err:
            raise RefusedError("grant_invalid", "the grant's claims are malformed") from err


def arguments_sha256(arguments: dict[str, Any]) -> str:
    """Return the hash of a call's arguments as sent, without the choice of a rehearsal."""
    return canonical.sha256({key: value for key, value in arguments.items() if key != "dry_run"})


def require_in_time(grant: Grant, now: datetime) -> None:
    """Refuse a grant before its time or after it.

    Raises:
        RefusedError: `grant_expired`, or `grant_invalid` before its time.
    """
    seconds = now.timestamp()
    if seconds > grant.exp + CLOCK_SKEW_S:
        raise RefusedError("grant_expired", f"the grant expired {seconds - grant.exp:.0f} s ago")
    if seconds < grant.nbf - CLOCK_SKEW_S:
        raise RefusedError("grant_invalid", "the grant is not valid yet")


def require_unchanged(grant: Grant, *, uid: str, state_sha256: str) -> None:
    """Refuse when the live object is not the one, or not as, the approver saw.

    Raises:
        RefusedError: `grant_not_for_this_target` for another object of the same name,
            `state_changed` when it was changed since.
    """
    if grant.target_uid != uid:
        raise RefusedError(
            "grant_not_for_this_target", "the object was deleted and made anew since the approval"
        )
    if grant.state_sha256 != state_sha256:
        raise RefusedError("state_changed", "the object was changed since the approval")


def require_same_result(grant: Grant, result_sha256: str, figures_sha256: str) -> None:
    """Refuse when the write would now make something else of the object than the approver saw.

    Raises:
        RefusedError: `result_changed`, also when policy judged other numbers than the true ones.
    """
    if grant.result_sha256 != result_sha256:
        raise RefusedError(
            "result_changed", "the write would have another result than the approved one"
        )
    if grant.figures_sha256 != figures_sha256:
        raise RefusedError("result_changed", "policy judged other numbers than the true ones")
