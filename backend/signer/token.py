"""What the signer signs: grants, and what was taken out of the audit; neither passes for the other."""

from typing import Any

import jwt

from backend.signer.keys import SigningKey
from sre_agent.domain import audit_export
from sre_agent.domain.audit_export import ExportClaims
from sre_agent.domain.grant import ALGORITHM, TOKEN_TYPE, GrantClaims


def sign(said: GrantClaims, key: SigningKey) -> str:
    """Return the signed grant."""
    return _sign(said.model_dump(mode="json"), key, TOKEN_TYPE)


def sign_export(said: ExportClaims, key: SigningKey) -> str:
    """Return the signature of an export."""
    return _sign(said.model_dump(mode="json"), key, audit_export.TOKEN_TYPE)


def _sign(claims: dict[str, Any], key: SigningKey, type_: str) -> str:
    headers = {"kid": key.id, "typ": type_}
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers=headers)
