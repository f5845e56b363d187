"""The grant itself: claims, signed."""

import jwt

from backend.signer.keys import SigningKey
from sre_agent.domain.grant import ALGORITHM, TOKEN_TYPE, GrantClaims


def sign(said: GrantClaims, key: SigningKey) -> str:
    """Return the signed token."""
    return jwt.encode(
        said.model_dump(mode="json"),
        key.private,
        algorithm=ALGORITHM,
        headers={"kid": key.id, "typ": TOKEN_TYPE},
    )
