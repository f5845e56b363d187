"""Commands about objectives: which there are and how they stand, and whether a file of them is right."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table

from backend.cli.moments import second
from backend.cli.plain import escape
from backend.cli.session import client, console
from sre_agent.config import objectives
from sre_agent.diagnosis.metrics import service_levels
from sre_agent.domain.slo import Objective

slo = typer.Typer(help="What services promise, and what is left of it.", no_args_is_help=True)

_Cluster = Annotated[str, typer.Option(help="A connected cluster; the own one if none is named.")]

_COLORS = {"healthy": "green", "warning": "yellow", "no_data": "dim"}
_RATES = (("5 min", "over_5m"), ("1 h", "over_1h"), ("6 h", "over_6h"), ("3 d", "over_3d"))


@slo.command(name="list")
def list_(
    cluster: Annotated[str, typer.Option(help="Only of this cluster.")] = "",
    service: Annotated[str, typer.Option(help="Only of this service.")] = "",
) -> None:
    """List objectives: what is left of each budget, and how fast it goes."""
    found = client().get("/api/v1/slos", cluster=cluster, service=service)["slos"]
    if not found:
        console.print("no objectives: define some in SLO_FILE or with POST /api/v1/slos")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "service", "promise", "status", "left", *(label for label, _ in _RATES)):
        table.add_column(name, overflow="fold")
    for row in found:
        rates = (_rate(row["burn_rates"][key]) for _, key in _RATES)
        table.add_row(
            escape(row["id"]),
            escape(f"{row['namespace']}/{row['service']}"),
            escape(row["promise"]),
            _status(row),
            _left(row),
            *rates,
        )
    console.print(table)


@slo.command()
def show(
    slo_id: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")],
    cluster: _Cluster = "",
) -> None:
    """Show one objective with everything that is known of it."""
    row = client().get(f"/api/v1/slos/{quote(slo_id, safe='')}", cluster=cluster)
    console.print(f"[bold]{escape(row['id'])}[/]  {_status(row)}", soft_wrap=True)
    console.print(escape(f"{row['namespace']}/{row['service']}, tier {row['tier']}"))
    console.print(escape(row["promise"]), soft_wrap=True)
    if row["reason"]:
        console.print(f"[yellow]no data:[/] {escape(row['reason'])}", soft_wrap=True)
    console.print(f"left of the budget  {_left(row)}")
    for label, key in (*_RATES[:1], ("30 min", "over_30m"), *_RATES[1:]):
        console.print(f"burn rate, {label:7}  {_rate(row['burn_rates'][key])}")
    console.print(f"nothing is left in  {_exhausted(row)}")
    console.print(f"counted in          {row['covered']:.0%} of the window")
    origin = "SLO_FILE" if row["from_file"] else row["changed_by"]
    console.print(f"defined by          {escape(origin)}, {second(row['changed_at'])}")
    looked_at = second(row["evaluated_at"]) if row["evaluated_at"] else "not yet"
    console.print(f"looked at           {looked_at}")


@slo.command()
def check(
    place: Annotated[Path, typer.Argument(help="A YAML file, or a folder of such.")],
) -> None:
    """Say whether a file of objectives is right, and what of it can never alert."""
    found = objectives.load(place)
    for each in found:
        console.print(f"{escape(each.id)}: {escape(each.says())}", soft_wrap=True)
        for told in _remarks(each):
            console.print(f"  [yellow]note:[/] {escape(told)}", soft_wrap=True)
    console.print(f"{len(found)} objectives are right")


def _remarks(objective: Objective) -> list[str]:
    most = 1.0 / objective.allowed
    limits = (("fast", service_levels.FAST), ("slow", service_levels.SLOW))
    return [
        f"even if every request is bad it burns only {most:.1f} times too fast: the {name} alert, "
        f"at {limit:g}, never comes"
        for name, limit in limits
        if most < limit
    ]


def _status(row: dict[str, Any]) -> str:
    color = _COLORS.get(row["status"], "red")
    return f"[{color}]{escape(row['status'].replace('_', ' '))}[/]"


def _left(row: dict[str, Any]) -> str:
    return "no data" if row["remaining"] is None else f"{row['remaining']:.1%}"


def _rate(value: float | None) -> str:
    return "no data" if value is None else f"{value:.2f}x"


def _exhausted(row: dict[str, Any]) -> str:
    seconds = row["exhausted_in_s"]
    if row["remaining"] is None:
        return "no data"
    if seconds is None:
        return "not at the last hour's rate"
    return "now" if seconds == 0 else f"{seconds / 3600:.1f} h at the last hour's rate"
