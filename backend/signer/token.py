"""The grant itself: claims drawn from a warrant, signed."""

from datetime import datetime, timedelta

import jwt

from backend.signer.keys import SigningKey
from backend.signer.warrant import Record, Warrant
from sre_agent.domain.grant import ALGORITHM, TOKEN_TYPE, GrantClaims
from sre_agent.domain.grant_binding import arguments_sha256


def claims(
    record: Record, warrant: Warrant, *, grant_id: str, now: datetime, ttl_s: float
) -> GrantClaims:
    """Return what the grant says; it may be used for `ttl_s` seconds from now."""
    action = warrant.action
    issued_at = int(now.timestamp())
    return GrantClaims(
        aud=f"mcp:{action.call.server}:{record.cluster_id}",
        sub=f"{record.org_id}/{record.incident_id}/{action.id}",
        jti=grant_id,
        iat=issued_at,
        nbf=issued_at,
        exp=int((now + timedelta(seconds=ttl_s)).timestamp()),
        tool=action.call.tool,
        arguments_sha256=arguments_sha256(action.call.arguments),
        target=action.target,
        target_uid=warrant.rehearsed.uid,
        state_sha256=warrant.rehearsed.state_sha256,
        plan_sha256=warrant.plan_sha256,
        approved_by=warrant.approved_by,
    )


def sign(said: GrantClaims, key: SigningKey) -> str:
    """Return the signed token."""
    return jwt.encode(
        said.model_dump(mode="json"),
        key.private,
        algorithm=ALGORITHM,
        headers={"kid": key.id, "typ": TOKEN_TYPE},
    )
