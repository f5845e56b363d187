"""A grant: a signed, single-use, expiring permission for exactly one write.

It is an EdDSA (Ed25519) JSON Web Token. The claims below are bound by the signature; the MCP server
that receives it checks every one against what it is about to do and against the live object. The
header's `kid` is the first 16 hexadecimal digits of the SHA-256 of the raw public key.
"""

from typing import Literal

from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef

META_KEY = "sre-agent.io/grant"
"""The key under `_meta` of an MCP call that carries the token."""

ALGORITHM = "EdDSA"
"""The only signature algorithm of a grant (Ed25519)."""

TOKEN_TYPE = "sre-agent-grant+jwt"  # noqa: S105 - the header's `typ`, not a secret
"""The header's `typ`: a token signed for another purpose by the same key is not a grant."""


class GrantClaims(Value):
    """The claims of a grant.

    `jti` is the grant's id, written into the target with the change; `aud` is `mcp:<server>:<cluster>`;
    `sub` is `<org>/<incident>/<action>`; times are seconds since the epoch.
    """

    iss: Literal["sre-agent-signer"] = "sre-agent-signer"
    aud: str
    sub: str
    jti: str
    iat: int
    nbf: int
    exp: int
    tool: str
    arguments_sha256: str
    target: ObjectRef
    target_uid: str
    state_sha256: str
    result_sha256: str
    figures_sha256: str
    plan_sha256: str
    approved_by: str
