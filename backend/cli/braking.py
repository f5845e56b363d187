"""Commands about brakes: what slows or stops writing, and the times at which nothing is changed."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table

from backend.cli import policy_here
from backend.cli.moments import moment, second
from backend.cli.plain import escape
from backend.cli.session import client, console
from backend.clock import SystemClock
from backend.plain import plain
from sre_agent.config import freezes as files
from sre_agent.domain.errors import PermanentError
from sre_agent.safety import zones
from sre_agent.safety.freeze_places import strangers
from sre_agent.safety.freeze_text import FreezeText
from sre_agent.safety.freezes import find_span

freeze = typer.Typer(help="The times at which nothing is changed.", no_args_is_help=True)

_Where = Annotated[
    list[str] | None, typer.Option(help="Only there; * and ? are wildcards. Repeat it.")
]
_EXAMPLE = "2026-12-20T08:00:00+01:00 or 2026-12-20T07:00:00Z"


def brakes() -> None:
    """Show what is stopped, how much of each cap is used, what rests, and the freezes."""
    found = client().get("/api/v1/brakes")
    stopped = list(_stops(found["halt"]))
    for told in stopped:
        console.print(f"writing         [bold red]stopped {escape(told)}[/]", soft_wrap=True)
    if not stopped:
        console.print("writing         [green]allowed[/]")
    for each in found["clusters"]:
        console.print(
            f"cluster         {escape(each['cluster'])}: {each['writes']} of {found['cap_cluster']} "
            "writes within the hour",
            soft_wrap=True,
        )
        for row in each["workloads"]:
            rest = f", rests until {moment(row['cools_until'])}" if row["cools_until"] else ""
            told = f"{row['workload']}: {row['writes']} of {found['cap_service']}{rest}"
            console.print(f"                {escape(told)}", soft_wrap=True)
    _tell(found)


def _stops(halt: dict[str, Any]) -> Iterator[str]:
    """Yield where writing is stopped, since when, by whom and why."""
    everywhere = [{**halt, "cluster": None}] if halt["halted"] else []
    for each in [*everywhere, *halt["clusters"]]:
        where = f"in cluster {each['cluster']}" if each["cluster"] else "everywhere"
        since = f" since {second(each['since'])}" if each["since"] else ""
        yield f"{where}{since} by {each['actor']}: {each['reason']}"


@freeze.command(name="list")
def list_() -> None:
    """List the freezes in force and to come."""
    _tell(client().get("/api/v1/freezes"))


@freeze.command()
def check(
    file: Annotated[Path, typer.Argument(help="A file like FREEZE_FILE.")],
    folder: Annotated[
        Path | None,
        typer.Option(
            "--policy", help="The policy folder that names environments; that in use here."
        ),
    ] = None,
) -> None:
    """Say whether a file of freezes is right, and when each is in force next."""
    found = files.load(file)
    now = SystemClock().now()
    for each in found:
        console.print(f"{escape(plain(each.name))}: {_next(each, now)}", soft_wrap=True)
    strange = list(strangers(found, policy_here.sound(folder).environments))
    for stranger in strange:
        console.print(f"[red]wrong[/] {escape(plain(stranger.told))}", soft_wrap=True)
    if strange:
        raise typer.Exit(1)
    console.print(f"{len(found)} freezes are right")


@freeze.command()
def add(  # noqa: PLR0913, PLR0917 - one for each option
    name: Annotated[str, typer.Argument(help="What it is called.")],
    starts_at: Annotated[
        str, typer.Option("--from", help="Such as 2026-12-20T08:00:00+01:00, or 2026-12-20T08:00.")
    ],
    ends_at: Annotated[str, typer.Option("--to", help="Such as 2027-01-02T07:00:00Z.")],
    reason: Annotated[str, typer.Option(help="Why; everybody reads it.", prompt=True)],
    zone: Annotated[
        str | None,
        typer.Option(help="Of times that say none themselves, such as Europe/Berlin or UTC."),
    ] = None,
    cluster: _Where = None,
    namespace: _Where = None,
    environment: _Where = None,
) -> None:
    """Add a freeze for once, everywhere or only there; FREEZE_FILE knows weekly ones too."""
    body: dict[str, Any] = {
        "name": name,
        "reason": reason,
        "starts_at": _read("--from", starts_at, zone, fold=0),
        "ends_at": _read("--to", ends_at, zone, fold=1),
        "clusters": cluster or [],
        "namespaces": namespace or [],
        "environments": environment or [],
    }
    answer = client().post("/api/v1/freezes", body)
    console.print(f"added {escape(answer['id'])}: {_when(answer)}", soft_wrap=True)


@freeze.command()
def remove(freeze_id: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")]) -> None:
    """Remove a freeze that somebody added; one of FREEZE_FILE is removed there."""
    client().delete(f"/api/v1/freezes/{quote(freeze_id, safe='')}")
    console.print(f"removed {escape(freeze_id)}")


def _read(option: str, text: str, zone: str | None, *, fold: int) -> str:
    """Return a moment with its zone. Of two readings of an hour, `fold` 0 is the first.

    Raises:
        PermanentError: It is none, or nobody said in which zone.
    """
    try:
        given = datetime.fromisoformat(text)
        named = None if zone is None else zones.find(zone)
    except ValueError as error:
        raise PermanentError(f"{option} {text}: {error}; write it like {_EXAMPLE}") from error
    if given.tzinfo is None and named is None:
        raise PermanentError(
            f"{option} {text} says no zone: write it like {_EXAMPLE}, or add --zone Europe/Berlin"
        )
    if given.tzinfo is None:
        given = given.replace(tzinfo=named, fold=fold)
    return given.isoformat()


def _tell(found: dict[str, Any]) -> None:
    if found["fault"]:
        told = f"nothing is written, the freezes cannot be read: {found['fault']}"
        console.print(f"[bold red]{escape(told)}[/]", soft_wrap=True)
        console.print(
            "mend it: sre-agent freeze check FILE says when a file is right, and it is read anew"
        )
    if not found["freezes"] and not found["fault"]:
        console.print("no freezes: write some into FREEZE_FILE, or sre-agent freeze add")
    if not found["freezes"]:
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
    return f"{every}{moment(row['starts_at'])} to {moment(row['ends_at'])}"


def _next(text: FreezeText, now: datetime) -> str:
    span = find_span(text, now)
    if span is None:
        return "[dim]over[/]"
    lead = "[bold red]now[/], until" if span.holds(now) else f"{moment(span.starts_at)} to"
    return f"{lead} {moment(span.ends_at)}"
