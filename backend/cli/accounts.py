"""Commands that look after people and programs: who may come in, and what they may do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from backend.accounts import people
from backend.actors import Role
from backend.cli import first_sign_in
from backend.cli.moments import moment
from backend.cli.plain import escape
from backend.cli.session import client, console
from sre_agent.domain.errors import PermanentError

users = typer.Typer(help="People: who may sign in, and what they may do.", no_args_is_help=True)
tokens = typer.Typer(help="Programs: tokens that open the API.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="The person's name.")]
_Token = Annotated[str, typer.Argument(help="The token's name.")]


@users.command("list")
def list_users() -> None:
    """List everyone, and what they may do."""
    rows = [
        (user["name"], user["role"] or "none yet", "disabled" if user["disabled_at"] else "")
        for user in client().get("/api/v1/users")["users"]
    ]
    console.print(_table(("name", "role", ""), rows))


@users.command("add")
def add_user(
    name: _Name, role: Annotated[Role | None, typer.Option(help="What they may do.")] = None
) -> None:
    """Let someone in, with a random password that is shown once."""
    answer = client().post("/api/v1/users", {"name": name, "role": role})
    _show_password(answer["user"]["name"], answer["password"])


@users.command("role")
def give_role(
    name: _Name,
    role: Annotated[str, typer.Argument(help="viewer, responder, approver, admin, or none.")],
) -> None:
    """Give someone a role, or take it away with `none`."""
    _change(name, {"role": None if role == "none" else role})


@users.command("disable")
def disable_user(name: _Name) -> None:
    """Shut someone out: their sessions end, and tokens they made open nothing."""
    _change(name, {"disabled": True})


@users.command("enable")
def enable_user(name: _Name) -> None:
    """Let someone in again who was shut out."""
    _change(name, {"disabled": False})


@users.command("reset-password")
def reset_password(name: _Name) -> None:
    """Give someone a random password, shown once; whoever is signed in as them is no longer."""
    user = _find_user(name)
    answer = client().post(f"/api/v1/users/{user['id']}/password", {})
    _show_password(user["name"], answer["password"])


@users.command("bootstrap")
def bootstrap() -> None:
    """Make the first administrator, and show the password once; says nothing when there is one."""
    shown = first_sign_in.ensure(first_sign_in.of_machine())
    if shown is not None:
        first_sign_in.show(shown)


@users.command("rescue")
def rescue(
    name: Annotated[str, typer.Argument(help="Who shall be administrator.")] = people.FIRST_ADMIN,
) -> None:
    """Make someone administrator with a new password, straight in the database named by the settings."""
    first_sign_in.show(first_sign_in.rescue(first_sign_in.of_machine(), name))


@tokens.command("list")
def list_tokens() -> None:
    """List the tokens that were made here; those in API_TOKENS are not among them."""
    rows = [
        (token["name"], token["role"], token["created_by"], _state(token), _used(token))
        for token in client().get("/api/v1/tokens")["tokens"]
    ]
    console.print(_table(("name", "role", "made by", "state", "last used"), rows))


@tokens.command("create")
def create_token(
    name: _Token,
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.VIEWER,
    days: Annotated[int | None, typer.Option(min=1, help="After so many days it ends.")] = None,
) -> None:
    """Make a token for a program, and show it once."""
    body: dict[str, Any] = {"name": name, "role": role}
    if days is not None:
        ends = datetime.now(UTC) + timedelta(days=days)  # noqa: TID251 - people mean the wall clock
        body["expires_at"] = ends.isoformat()
    answer = client().post("/api/v1/tokens", body)
    console.print(escape(answer["secret"]), soft_wrap=True)
    console.print("[dim]shown this once; send it as Authorization: Bearer <token>[/]")


@tokens.command("revoke")
def revoke_token(name: _Token) -> None:
    """Make a token open nothing from now on."""
    api = client()
    for token in api.get("/api/v1/tokens")["tokens"]:
        if token["name"] == name and token["revoked_at"] is None:
            api.delete(f"/api/v1/tokens/{token['id']}")
            console.print(f"{escape(name)} opens nothing any more")
            return
    raise PermanentError(f"there is no token {name}: sre-agent tokens list shows them")


def _find_user(name: str) -> dict[str, Any]:
    for user in client().get("/api/v1/users")["users"]:
        if user["name"] == name.strip().lower():
            found: dict[str, Any] = user
            return found
    raise PermanentError(f"there is no user {name}: sre-agent users list shows them")


def _change(name: str, wanted: dict[str, Any]) -> None:
    user = client().patch(f"/api/v1/users/{_find_user(name)['id']}", wanted)
    state = "disabled" if user["disabled_at"] else user["role"] or "without a role"
    console.print(f"{escape(user['name'])} is {state}")


def _show_password(name: str, password: str) -> None:
    console.print(f"{escape(name)} signs in with [bold]{escape(password)}[/]", soft_wrap=True)
    console.print("[dim]shown this once[/]")


def _used(token: dict[str, Any]) -> str:
    return moment(token["used_at"]) if token["used_at"] else ""


def _state(token: dict[str, Any]) -> str:
    if token["revoked_at"]:
        return "revoked"
    return f"until {moment(token['expires_at'])}" if token["expires_at"] else "good"


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table
