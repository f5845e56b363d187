"""The command about earned autonomy: what is done without asking, and what is missing for it."""

from typing import Annotated, Any

import typer
from rich.table import Table

from backend.cli.plain import escape
from backend.cli.session import client, console
from backend.plain import plain
from sre_agent.safety.autonomy import surely

_COLOURS = {"allow": "green", "ask": "yellow", "deny": "red"}


def autonomy(
    cluster: Annotated[str, typer.Option(help="A connected cluster; else the own one.")] = "",
) -> None:
    """Show what has earned to be done without asking, what is missing, and why."""
    found = client().get("/api/v1/autonomy", cluster=cluster)
    if found["fault"]:
        console.print(f"[red]the policy denies everything:[/] {escape(plain(found['fault']))}")
    if not found["is_on"]:
        console.print("off: no rule lets anything earn it (docs/autonomy.md)")
    for incident in found["unreadable"]:
        told = (
            f"the log of {incident} cannot be read, what was done in it counts as failed: "
            f"sre-agent audit verify --incident {incident} names the place"
        )
        console.print(f"[red]{escape(plain(told))}[/]", soft_wrap=True)
    if not found["rungs"]:
        console.print(f"nothing was ever done in {escape(plain(found['cluster']))}")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("what", "for", "of", "went well", "surely above", "now"):
        table.add_column(name, overflow="fold")
    for row in found["rungs"]:
        table.add_row(*_cells(row))
    console.print(table)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    of = row["object"]
    runs = row["successes"] + row["failures"] + row["unproven"]
    lacking = "; ".join(row["missing"])
    why = lacking if row["earns_by"] and lacking else row["reason"]
    colour = _COLOURS[row["ruling"]]
    return (
        escape(plain(row["tool"])),
        escape(plain(row["fault_class"])),
        escape(plain(f"{of['namespace']}/{of['name']}")),
        f"{row['successes']} of {runs}, {row['in_a_row']} in a row",
        surely(row["bound"]),
        f"[{colour}]{row['ruling']}[/] by {escape(plain(row['rule'] + ': ' + why))}",
    )
