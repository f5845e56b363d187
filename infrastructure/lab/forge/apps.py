"""The GitHub App that is installed on the repository: its key, its installation, and its tokens."""

import time
from typing import Any, Final

from infrastructure.lab.forge.access import Caller, Right, secret
from infrastructure.lab.forge.errors import RefusalError, unprocessable
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.people import account_id
from infrastructure.lab.forge.store import Document

KIND: Final = "app"
TOKEN: Final = "installation_token"  # noqa: S105 - a kind of document
NAME: Final = "sre"
TOKEN_LASTS_S: Final = 3600
PERMISSIONS: Final = {
    "actions": "write",
    "checks": "read",
    "contents": "write",
    "deployments": "read",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}


def registered(forge: Forge) -> Document:
    """Return the App: `id`, `installation_id` and its `private_key`, which is made when it is asked for."""
    known = forge.store.get(KIND, 1)
    if known is not None:
        return known
    from infrastructure.lab.forge import app_keys  # noqa: PLC0415 - a quarter of a start

    private_key, public_key = app_keys.pair()
    return forge.store.add(
        KIND,
        {
            "id": account_id(f"app/{forge.owner}"),
            "installation_id": account_id(f"installation/{forge.full_name}"),
            "private_key": private_key,
            "public_key": public_key,
            "at_s": time.time(),
        },
    )


def demand(forge: Forge, authorization: str | None) -> Document:
    """Return the App if it is the App who asks.

    Raises:
        RefusalError: 401 when the header holds no token that the App signed.
    """
    app, token = forge.store.get(KIND, 1), (authorization or "").partition(" ")[2]
    if app is None:
        raise RefusalError(401, "A JSON web token could not be decoded")
    from infrastructure.lab.forge import app_keys  # noqa: PLC0415 - as above

    app_keys.check(token, app["public_key"], app["id"])
    return app


def token(forge: Forge, asked: Any) -> Document:
    """Give out a token of the installation, with no more than the permissions asked for.

    Raises:
        RefusalError: 422 when a permission is asked for that the App does not have.
    """
    wanted = dict(PERMISSIONS if asked is None else asked)
    for name, grade in wanted.items():
        if grade not in ("read", PERMISSIONS.get(name)):
            raise unprocessable("The permissions requested are not granted to this installation.")
    kept = forge.store.add(
        TOKEN,
        {
            "token": secret(),
            "permissions": {"metadata": "read", **wanted},
            "expires_at_s": int(time.time()) + TOKEN_LASTS_S,
        },
    )
    forge.access.grant(_caller(kept))
    return kept


def remember(forge: Forge) -> None:
    """Let those in again who had a token before the forge was started anew."""
    for kept in forge.store.newest(TOKEN):
        if kept["expires_at_s"] > time.time():
            forge.access.grant(_caller(kept))


def _caller(kept: Document) -> Caller:
    is_writing = "write" in kept["permissions"].values()
    right = Right.WRITE if is_writing else Right.READ
    return Caller(kept["token"], f"{NAME}[bot]", right, kept["expires_at_s"])
