"""Commands of what is learned: judge a cause, look for incidents alike, see how right we were."""

import asyncio
from typing import Annotated, Any

import typer
from rich.table import Table

from backend.cli.incidents import IncidentId
from backend.cli.moments import moment
from backend.cli.plain import escape
from backend.cli.session import client, console, layout
from backend.cli.stack import environment, lifecycle
from backend.db import remembering
from backend.db.engine import create_engine
from backend.settings.common import CommonSettings, SettingsError

memory = typer.Typer(help="What is remembered of past incidents.", no_args_is_help=True)


def verdict(
    incident_id: IncidentId,
    judgement: Annotated[str, typer.Argument(help="right or wrong.")],
    actual_class: Annotated[
        str | None, typer.Option(help="What kind of fault it was instead, such as out_of_memory.")
    ] = None,
    actual_object: Annotated[
        str | None, typer.Option(help="What it was in instead: Kind/namespace/name.")
    ] = None,
    note: Annotated[str, typer.Option(help="What others should know of it.")] = "",
) -> None:
    """Judge the cause that was named, so that the next incident like it is judged better."""
    body: dict[str, Any] = {"verdict": judgement, "note": note}
    if actual_class:
        body["actual_class"] = actual_class
    if actual_object:
        body["actual_object"] = actual_object
    answer = client().post(f"/api/v1/incidents/{incident_id}/verdict", body)
    console.print(f"{answer['verdict']['judgement']} by {escape(answer['actor'])}")
    if answer["actual"]:
        console.print(f"actually {escape(named(answer['actual']))}")


def similar(incident_id: IncidentId) -> None:
    """List past incidents like this one, and what was proven in them."""
    answer = client().get(f"/api/v1/incidents/{incident_id}/similar")
    if not answer["incidents"]:
        console.print(f"none of {answer['considered']} past incidents is like it")
    for past in answer["incidents"]:
        for told in lines(past):
            console.print(told, soft_wrap=True)


def lines(past: dict[str, Any]) -> list[str]:
    """Return what is told of a past incident, as lines of console markup."""
    judged = past["verdict"]
    said = f", judged {judged['judgement']} by {escape(judged['actor'])}" if judged else ""
    actual = f", actually {escape(named(judged['actual']))}" if judged and judged["actual"] else ""
    cause = escape(named(past["cause"])) if past["cause"] else "no cause was named"
    return [
        f"[bold]{escape(past['incident_id'])}[/] {past['similarity']:.0%} alike, "
        f"ended {moment(past['ended_at'])}",
        f"  {cause}: {past['outcome']}{said}{actual}",
        *([f"  repair: {escape(past['repair'])}"] if past["repair"] else []),
        f"  [dim]{escape('; '.join(past['reasons']))}[/]",
    ]


def learned() -> None:
    """Show how often each kind of fault was named, confirmed and wrong, and the calibration."""
    answer = client().get("/api/v1/learning")
    console.print(f"{answer['judged']} of {answer['incidents']} past incidents prove something")
    columns = ("fault_class", "named", "confirmed", "wrong", "unjudged", "missed")
    console.print(
        _table(columns, [[str(row[name]) for name in columns] for row in answer["classes"]])
    )
    header = ("stated", "judged", "right", "share", "95 % between")
    console.print(_table(header, [_reliability(row) for row in answer["reliability"]]))
    if answer["brier"] is not None:
        console.print(f"Brier score {answer['brier']:.3f} (0 is perfect, 0.25 a coin)")


@memory.command()
def rebuild() -> None:
    """Forget everything and remember it anew from the event log."""

    async def run() -> remembering.Rebuilt:
        engine = create_engine(_database_url())
        try:
            return await remembering.rebuild(engine)
        finally:
            await engine.dispose()

    done = asyncio.run(run())
    console.print(f"{done.remembered} past incidents are remembered")
    for id_ in done.unreadable:
        console.print(f"[yellow]the log of {escape(id_)} cannot be read[/]")


def _database_url() -> str:
    """Return the database of the settings, or else the embedded one that runs for this checkout."""
    try:
        return CommonSettings.load().database_url
    except SettingsError:
        place = layout()
        is_named = "DATABASE_URL" in environment.read(place.env_file)
        if is_named or lifecycle.record(place) is None:
            raise
        return lifecycle.own_places(place)["DATABASE_URL"]


def named(cause: dict[str, Any]) -> str:
    """Return a class of fault and its object in words."""
    place = (cause["object"][key] for key in ("kind", "namespace", "name"))
    return f"{cause['fault_class']} of {'/'.join(part for part in place if part)}"


def _reliability(row: dict[str, Any]) -> list[str]:
    judged = f"{row['low']:.0%} to {row['high']:.0%}", str(row["judged"]), str(row["right"])
    if row["share"] is None:
        return [*judged, "", ""]
    return [*judged, f"{row['share']:.0%}", f"{row['share_low']:.0%} and {row['share_high']:.0%}"]


def _table(header: tuple[str, ...], rows: list[list[str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in header:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table
