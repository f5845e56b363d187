"""Commands about runbooks: search them, read one, list those that grew old."""

from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table

from backend.cli.plain import escape
from backend.cli.session import client, console

runbooks = typer.Typer(help="What people wrote down about failures.", no_args_is_help=True)


@runbooks.command()
def search(
    text: Annotated[str, typer.Argument(help="Words to look for; none lists all.")] = "",
    alert: Annotated[str, typer.Option(help="The exact name of an alert.")] = "",
    service: Annotated[str, typer.Option(help="A service; others' runbooks do not match.")] = "",
) -> None:
    """Find runbooks, the best first."""
    answer = client().get("/api/v1/runbooks", query=text, alert=alert, service=service)
    _table(answer["runbooks"])
    _tell_left_out(answer)


@runbooks.command()
def show(runbook_id: Annotated[str, typer.Argument(help="Its id, as `search` shows it.")]) -> None:
    """Show a runbook, and what of it programs can use."""
    answer = client().get(f"/api/v1/runbooks/{quote(runbook_id)}")
    found = answer["runbook"]
    console.print(f"[bold]{escape(found['title'])}[/]  {_validated(found)}", soft_wrap=True)
    console.print(escape(" ".join(filter(None, (found["owner"], found["url"])))), soft_wrap=True)
    for section in found["sections"]:
        if section["level"]:
            console.print(f"\n[bold]{'#' * section['level']} {escape(section['heading'])}[/]")
        console.print(escape(section["markdown"]), soft_wrap=True)
    for step in found["steps"]:
        console.print(f"\n[green]typed step[/] {escape(_step(step))}", soft_wrap=True)
    _tell_left_out(answer)


@runbooks.command()
def stale(
    days: Annotated[int, typer.Option(help="Not validated for more than so many days.")] = 90,
) -> None:
    """List runbooks that nobody validated lately, never and oldest first."""
    answer = client().get("/api/v1/stale-runbooks", days=days)
    _table(answer["runbooks"])
    console.print(f"{len(answer['runbooks'])} of {answer['total']} runbooks are stale")
    _tell_left_out(answer)


def _table(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("id", "title", "for", "owner", "validated"):
        table.add_column(name, overflow="fold")
    for row in rows:
        meant = ", ".join((*row["services"], *row["alerts"])) or "anything"
        table.add_row(
            *(escape(cell) for cell in (row["id"], row["title"], meant, row["owner"])),
            _validated(row),
        )
    console.print(table)


def _validated(row: dict[str, Any]) -> str:
    age = row["age_days"]
    told = "never validated" if age is None else f"{age} days ago"
    return f"[yellow]{told}, stale[/]" if row["is_stale"] else told


def _step(step: dict[str, Any]) -> str:
    arguments = ", ".join(f"{key}={value}" for key, value in step["arguments"].items())
    when = f" when {', '.join(step['when'])}" if step["when"] else ""
    return f"{step['action']}({arguments}){when}"


def _tell_left_out(answer: dict[str, Any]) -> None:
    for told in answer["left_out"]:
        console.print(f"[yellow]left out:[/] {escape(told)}", soft_wrap=True)
