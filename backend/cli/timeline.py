"""What was changed of late: the timeline, as a terminal shows it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from backend.cli import attributed
from backend.cli.moments import second
from backend.cli.plain import escape
from backend.cli.session import client, console
from backend.clock import SystemClock
from sre_agent.domain.timeline import ChangeKind

_HOURS_MAX = 24 * 365
_SHA_SHOWN = 12
_NEAR = timedelta(minutes=15)
"""Before and after a suspect so much is shown of what else was changed."""
_UNNAMED = "name an incident: `sre-agent incidents` lists them"


def changes(  # noqa: PLR0913 - one for each thing that can be asked for
    service: Annotated[
        str, typer.Argument(help="Only what names this service or went into it.")
    ] = "",
    *,
    hours: Annotated[
        float, typer.Option(min=0.01, max=_HOURS_MAX, help="How far back to look.")
    ] = 24,
    until: Annotated[
        datetime | None, typer.Option(help="Up to when, in UTC; now if not given.")
    ] = None,
    namespace: Annotated[str, typer.Option(help="Only of this namespace.")] = "",
    cluster: Annotated[str, typer.Option(help="Only of this cluster, and of no single one.")] = "",
    kind: Annotated[ChangeKind | None, typer.Option(help="Only of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="So many at most.")] = 50,
    incident: Annotated[
        str | None, typer.Option(help="Only around this incident, and which of them explains it.")
    ] = None,
) -> None:
    """Show what was changed, the newest first: deploys, commits, flags, settings, scaling and more."""
    if incident is not None:
        if not incident.strip():
            raise typer.BadParameter(_UNNAMED, param_hint="--incident")
        _around(incident, limit)
        return
    end = until.replace(tzinfo=UTC) if until else SystemClock().now()
    # There is no time before the first that can be written down.
    span = min(timedelta(hours=hours), end - datetime.min.replace(tzinfo=UTC))
    found = client().get(
        "/api/v1/changes",
        since=(end - span).isoformat(),
        until=end.isoformat(),
        service=service,
        namespace=namespace,
        cluster=cluster,
        **({"kind": kind.value} if kind else {}),
        limit=limit,
    )
    _rows(found)
    if not found["changes"]:
        about = f" of {escape(service)}" if service else ""
        console.print(
            f"nothing{about} is known to have changed: `sre-agent changes --hours` looks further "
            "back, and docs/changes.md says how systems tell of changes"
        )
    if found["next_cursor"]:
        console.print(f"[dim]there are more: --limit shows up to 200, --until {_before(found)}[/]")


def _around(incident: str, limit: int) -> None:
    """Show what was changed around an incident, and which of it explains it."""
    told = client().get(f"/api/v1/incidents/{incident}/causes")["changes"]
    for line in attributed.lines(told):
        console.print(escape(line), soft_wrap=True)
    if told is None:
        console.print("nobody has looked yet for a change that explains it")
    console.print()
    found = client().get("/api/v1/changes", incident=incident, limit=limit)
    _rows(found, told)
    suspect = told["suspect"] if told else None
    if found["next_cursor"] and suspect and _moment(suspect["at"]) < _moment(_oldest(found)):
        at = _moment(suspect["at"])
        window = {"since": (at - _NEAR).isoformat(), "until": (at + _NEAR).isoformat()}
        console.print("[dim]… and around the one that explains it:[/]")
        _rows(client().get("/api/v1/changes", incident=incident, limit=limit, **window), told)


def _rows(found: Mapping[str, Any], verdict: Mapping[str, Any] | None = None) -> None:
    """Show entries; where a verdict is on them, with the onset among them and the suspect marked."""
    onset = verdict["onset_at"] if verdict else None
    for row in found["changes"]:
        if onset and _moment(row["at"]) <= _moment(onset):
            console.print(f"[dim]{second(onset)}  the trouble began[/]")
            onset = None
        mark = " [bold red]<- explains it[/]" if verdict and _is_suspect(verdict, row) else ""
        console.print(f"{_line(row)}{mark}", soft_wrap=True)


def _is_suspect(verdict: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    suspect = verdict["suspect"]
    if not suspect:
        return False
    commit, kind = suspect.get("commit"), suspect["kind"]
    is_same_commit = bool(commit) and (commit, kind) == (row["commit"], row["kind"])
    return suspect["id"] == row.get("id") or is_same_commit


def _line(row: Mapping[str, Any]) -> str:
    """Return an entry in a line: when, what, where, by whom."""
    kind = str(row["kind"]).replace("_", " ")
    places = [*row["services"], row["repository"], row["environment"]]
    where = ", ".join(dict.fromkeys(str(place) for place in places if place))
    commit = f" [dim]{escape(row['commit'][:_SHA_SHOWN])}[/]" if row["commit"] else ""
    state = f" [yellow]{escape(row['state'])}[/]" if row["state"] else ""
    by = f" [dim]by {escape(row['actor'])}[/]" if row["actor"] else ""
    place = f" [cyan]{escape(where)}[/]" if where else ""
    return f"{second(row['at'])}  {kind:<12} {escape(row['summary'])}{place}{commit}{by}{state}"


def _before(found: Mapping[str, Any]) -> str:
    return _oldest(found)[:19]


def _oldest(found: Mapping[str, Any]) -> str:
    return str(found["changes"][-1]["at"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
