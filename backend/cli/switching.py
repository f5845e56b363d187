"""Commands that stop all writing and allow it again, for the whole installation."""

from typing import Annotated

import typer
from rich.markup import escape

from backend.cli.session import client, console

Why = Annotated[str, typer.Option(help="Why; it is kept.", prompt=True)]


def halt(reason: Why) -> None:
    """Stop all writing at once, for every incident; looking and diagnosing go on."""
    _throw("halt", reason)


def unhalt(reason: Why) -> None:
    """Allow writing again after a halt (`resume` is for one incident)."""
    _throw("resume", reason)


def _throw(verb: str, reason: str) -> None:
    answer = client().post(f"/api/v1/{verb}", {"reason": reason})
    if not answer["halted"]:
        console.print("[green]writing is allowed again[/]")
        return
    console.print(
        f"[bold red]writing is halted[/]: {escape(str(answer['reason']))}", soft_wrap=True
    )
    if verb == "halt":
        console.print("sre-agent unhalt --reason ... allows it again")
    else:
        raise typer.Exit(1)
