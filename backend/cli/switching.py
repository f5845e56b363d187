"""Commands that stop all writing and allow it again: everywhere, or in one cluster."""

from typing import Annotated, Any

import typer

from backend.cli.plain import escape
from backend.cli.session import client, console

Why = Annotated[str, typer.Option(help="Why; it is kept.", prompt=True)]
Where = Annotated[str, typer.Option(help="Only in this cluster; in all of them if none is named.")]


def halt(reason: Why, cluster: Where = "") -> None:
    """Stop all writing at once, for every incident or in one cluster; looking goes on."""
    answer = _throw("halt", reason, cluster)
    _tell(answer)
    option = f" --cluster {cluster}" if cluster else ""
    console.print(f"sre-agent unhalt{escape(option)} --reason ... allows it again")


def unhalt(reason: Why, cluster: Where = "") -> None:
    """Allow writing again after a halt (`resume` is for one incident)."""
    answer = _throw("resume", reason, cluster)
    _tell(answer)
    if answer["halted"] or cluster in {each["cluster"] for each in answer["clusters"]}:
        raise typer.Exit(1)


def _throw(verb: str, reason: str, cluster: str) -> dict[str, Any]:
    where = {"cluster": cluster} if cluster else {}
    answer: dict[str, Any] = client().post(f"/api/v1/{verb}", {"reason": reason, **where})
    return answer


def _tell(answer: dict[str, Any]) -> None:
    """Tell all that is stopped: whoever resumes one thing learns what stays stopped."""
    if answer["halted"]:
        console.print(
            f"[bold red]writing is halted[/]: {escape(str(answer['reason']))}", soft_wrap=True
        )
    for each in answer["clusters"]:
        told = f"in cluster {each['cluster']}: {each['reason']} ({each['actor']})"
        console.print(f"[bold red]writing is halted[/] {escape(told)}", soft_wrap=True)
    if not answer["halted"] and not answer["clusters"]:
        console.print("[green]writing is allowed again[/]")
