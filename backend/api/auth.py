"""Who is asking: bearer tokens, compared by their hashes, and the role a route needs."""

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, Request
from pydantic import SecretStr

from backend.actors import Actor, Role
from backend.api.context import Context
from backend.api.problems import ProblemError
from backend.settings import ApiToken


def bearer_of(request: Request) -> str:
    """Return the token of the request.

    Raises:
        ProblemError: There is none (401).
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ProblemError(401, "Who are you?", "Send `Authorization: Bearer <token>`.")
    return token.strip()


def check_secret(request: Request, secret: SecretStr, *, hint: str) -> None:
    """Refuse a request whose token is not the secret.

    Raises:
        ProblemError: It is missing or wrong (401).
    """
    token = bearer_of(request)
    if not hmac.compare_digest(token.encode(), secret.get_secret_value().encode()):
        raise ProblemError(401, "This token opens nothing here", hint)


def find_actor(token: str, known: tuple[ApiToken, ...]) -> Actor | None:
    """Return whose token it is; every known token is compared, in constant time."""
    digest = hashlib.sha256(token.encode()).digest()
    found = [item.actor for item in known if hmac.compare_digest(item.token_sha256, digest)]
    return found[0] if found else None


class Requires:
    """A dependency that yields the actor, or refuses who may do less than the role."""

    def __init__(self, role: Role) -> None:
        self._role = role

    def __call__(self, request: Request, context: Context) -> Actor:
        """Return the actor."""
        actor = find_actor(bearer_of(request), context.settings.actors)
        if actor is None:
            hint = "Tokens and roles are listed in API_TOKENS."
            raise ProblemError(401, "This token opens nothing here", hint)
        if not actor.role.includes(self._role):
            raise ProblemError(
                403,
                "Your role does not allow this",
                f"Use a token with the role {self._role} or above.",
                detail=f"{actor.name} is {actor.role}",
            )
        return actor


Viewer = Annotated[Actor, Depends(Requires(Role.VIEWER))]
Responder = Annotated[Actor, Depends(Requires(Role.RESPONDER))]
Approver = Annotated[Actor, Depends(Requires(Role.APPROVER))]
Admin = Annotated[Actor, Depends(Requires(Role.ADMIN))]
