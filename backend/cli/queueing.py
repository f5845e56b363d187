"""The command that shows the queue."""

from typing import Annotated

import typer
from rich.table import Table

from backend.cli.moments import clock
from backend.cli.plain import escape
from backend.cli.session import client, console

_COLUMNS = ("", "id", "priority", "waiting since", "escalated at", "service", "why it waits")


def queue(limit: Annotated[int, typer.Option(help="At most so many.")] = 20) -> None:
    """Show who waits for a worker, the next one first, and why."""
    answer = client().get("/api/v1/queue", limit=limit)
    console.print(
        f"{answer['running']} of {answer['places']} places are taken; {answer['waiting']} wait"
    )
    if not answer["first"]:
        return
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, overflow="fold")
    for row in answer["first"]:
        aged = row["counts_as"] != row["priority"]
        priority = row["priority"] + (f", now as {row['counts_as']}" if aged else "")
        cells = (
            str(row["position"]),
            row["incident_id"],
            priority,
            _clock(row["waiting_since"]),
            _clock(row["escalated_at"]),
            f"{row['namespace']}/{row['service']}",
            row["why"],
        )
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)


def _clock(at: str | None) -> str:
    return clock(at) if at else ""
