"""Commands about brakes: what slows or stops writing, and the times at which nothing is changed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markup import escape
from rich.table import Table

from backend.cli.session import client, console
from backend.clock import SystemClock
from sre_agent.config import freezes as files
from sre_agent.safety.freeze_text import FreezeText
from sre_agent.safety.freezes import find_span

freeze = typer.Typer(help="The times at which nothing is changed.", no_args_is_help=True)

_Where = Annotated[
    list[str] | None, typer.Option(help="Only there; * and ? are wildcards. Repeat it.")
]
_FORM = "%Y-%m-%d %H:%M UTC"


def brakes() -> None:
    """Show what is stopped, how much of each cap is used, what rests, and the freezes."""
    found = client().get("/api/v1/brakes")
    stopped = ["everywhere"] if found["halt"]["halted"] else []
    stopped += [f"in cluster {each['cluster']}" for each in found["halt"]["clusters"]]
    told = f"[bold red]stopped {escape(', '.join(stopped))}[/]" if stopped else "[green]allowed[/]"
    console.print(f"writing         {told}", soft_wrap=True)
    for each in found["clusters"]:
        console.print(
            f"cluster         {escape(each['cluster'])}: {each['writes']} of {found['cap_cluster']} "
            "writes within the hour",
            soft_wrap=True,
        )
        for row in each["workloads"]:
            rest = f", rests until {_moment(row['cools_until'])}" if row["cools_until"] else ""
            told = f"{row['workload']}: {row['writes']} of {found['cap_service']}{rest}"
            console.print(f"                {escape(told)}", soft_wrap=True)
    _tell(found)


@freeze.command(name="list")
def list_() -> None:
    """List the freezes in force and to come."""
    _tell(client().get("/api/v1/freezes"))


@freeze.command()
def check(file: Annotated[Path, typer.Argument(help="A file like FREEZE_FILE.")]) -> None:
    """Say whether a file of freezes is right, and when each is in force next."""
    found = files.load(file)
    now = SystemClock().now()
    for each in found:
        console.print(f"{escape(each.name)}: {_next(each, now)}", soft_wrap=True)
    console.print(f"{len(found)} freezes are right")


@freeze.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    starts_at: Annotated[str, typer.Option("--from", help="Such as 2026-12-20T00:00:00Z.")],
    ends_at: Annotated[str, typer.Option("--to", help="Such as 2027-01-02T00:00:00+01:00.")],
    reason: Annotated[str, typer.Option(help="Why; everybody reads it.", prompt=True)],
    cluster: _Where = None,
    namespace: _Where = None,
) -> None:
    """Add a freeze for once, everywhere or only there; the API and FREEZE_FILE know more."""
    body: dict[str, Any] = {
        "name": name,
        "reason": reason,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "clusters": cluster or [],
        "namespaces": namespace or [],
    }
    answer = client().post("/api/v1/freezes", body)
    console.print(f"added {escape(answer['id'])}: {_when(answer)}", soft_wrap=True)


@freeze.command()
def remove(freeze_id: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")]) -> None:
    """Remove a freeze that somebody added; one of FREEZE_FILE is removed there."""
    client().delete(f"/api/v1/freezes/{quote(freeze_id, safe='')}")
    console.print(f"removed {escape(freeze_id)}")


def _tell(found: dict[str, Any]) -> None:
    if found["fault"]:
        told = f"nothing is written, FREEZE_FILE cannot be read: {found['fault']}"
        console.print(f"[bold red]{escape(told)}[/]", soft_wrap=True)
    if not found["freezes"]:
        console.print("no freezes: write some into FREEZE_FILE, or sre-agent freeze add")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("id", "name", "when", "where", "reason"):
        table.add_column(column, overflow="fold")
    for row in found["freezes"]:
        where = [*row["clusters"], *row["namespaces"], *row["environments"]]
        state = "[bold red]now[/], " if row["is_active"] else ""
        table.add_row(
            escape(row["id"] or "(file)"),
            escape(row["name"]),
            f"{state}{_when(row)}",
            escape(", ".join(where) or "everywhere"),
            escape(row["reason"]),
        )
    console.print(table)


def _when(row: dict[str, Any]) -> str:
    every = "weekly, next " if row["is_weekly"] else ""
    return f"{every}{_moment(row['starts_at'])} to {_moment(row['ends_at'])}"


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime(_FORM)


def _next(text: FreezeText, now: datetime) -> str:
    span = find_span(text, now)
    if span is None:
        return "[dim]over[/]"
    lead = "[bold red]now[/], until" if span.holds(now) else f"{span.starts_at:{_FORM}} to"
    return f"{lead} {span.ends_at:{_FORM}}"
