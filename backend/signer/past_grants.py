"""Grants of the past, read again by whoever wants to know that they were ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.types import Options
from pydantic import ValidationError

from sre_agent.domain.grant import ALGORITHM, TOKEN_TYPE, GrantClaims

_WHENEVER: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
}


@dataclass(frozen=True)
class Reader:
    """Reads grants whatever their times, by public keys that are asked for by id."""

    public_keys: Callable[[], Mapping[str, Ed25519PublicKey]]

    @property
    def edition(self) -> str:
        """Return a text that is another one as soon as other keys are believed."""
        return ",".join(sorted(self.public_keys()))

    def read(self, text: str) -> GrantClaims | None:
        """Return what a grant says, or None for what no key that is believed has signed."""
        try:
            header = jwt.get_unverified_header(text)
            key = self.public_keys().get(str(header.get("kid")))
            if key is None or header.get("typ") != TOKEN_TYPE:
                return None
            said = jwt.decode(text, key, algorithms=[ALGORITHM], options=_WHENEVER)
            return GrantClaims.model_validate(said)
        except (jwt.InvalidTokenError, ValidationError):
            return None
