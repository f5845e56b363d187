"""Commands that run past incidents again from their logs: one to compare, or many to measure."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Console

from backend.cli import telling_replays, told_answers
from backend.cli.plain import escape
from backend.cli.session import client, console, layout
from backend.cli.stack import environment, world
from backend.evals import eval_table, incident_cases, incident_logs, replaying, scoring
from backend.evals.incident_cases import Case
from backend.evals.incident_logs import IncidentLog
from backend.evals.replaying import Taken
from backend.evals.scoring import Scored
from backend.settings.running import ReplaySettings
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event
from sre_agent.replay import recording

_WIDTH = 158
_RUNS_MOST = 100

Model = Annotated[
    str,
    typer.Option(help="Ask this model for the second opinion, as provider/model; else none is."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def replay(
    incident: Annotated[
        str, typer.Argument(help="An incident's id, or a file with its log (audit export, --save).")
    ],
    model: Model = "",
    policy: Annotated[
        Path | None, typer.Option(help="A folder of policy files instead of the present ones.")
    ] = None,
    run: Annotated[int | None, typer.Option(help="Which of its runs; the newest.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write its log to this file too, for sre-agent eval.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Run a past incident again from its log, and show what comes out otherwise; nothing is changed."""
    log = _log(incident)
    if save is not None:
        incident_logs.save(save, log.events)
    wanted = recording.read(log.events, run)
    taken = asyncio.run(_play(log, wanted.run, policy, model))
    if as_json:
        told = telling_replays.as_json(taken, wanted.incident_id, wanted.run)
        typer.echo(json.dumps(told, indent=1))
        return
    console.print(f"[bold]{escape(wanted.incident_id)}[/], run {wanted.run}")
    for line in telling_replays.lines(taken):
        console.print(line, soft_wrap=True)


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the cases.")],
    runs: Annotated[
        int, typer.Option(min=1, max=_RUNS_MOST, help="How often each case is run.")
    ] = 1,
    model: Model = "",
    policy: Annotated[
        Path | None, typer.Option(help="A folder of policy files instead of the present ones.")
    ] = None,
    at_least: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="End with 1 where fewer leading causes are right."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Run a folder of past incidents again, and measure the causes against what they were."""
    cases = incident_cases.read(folder)
    scored = asyncio.run(_evaluate(cases, runs, policy, model))
    found = scoring.summarize(scored)
    if as_json:
        told = {"all": asdict(found), "runs": [asdict(item) for item in scored]}
        typer.echo(json.dumps(told, indent=1))
    else:
        Console(width=max(console.width, _WIDTH)).print(eval_table.table(scored))
        notes = (f"{item.case}: {note}" for item in scored for note in item.notes)
        for told_note in dict.fromkeys(notes):
            console.print(f"[yellow]note[/] {telling_replays.words(told_note)}", soft_wrap=True)
    if at_least is not None and found.accuracy < at_least:
        raise typer.Exit(1)


async def _play(log: IncidentLog, run: int, policy: Path | None, model: str) -> Taken:
    async with replaying.opened(_settings(), policy=policy, model=model) as replays:
        return await replays.play(log, run)


async def _evaluate(
    cases: tuple[Case, ...], runs: int, policy: Path | None, model: str
) -> list[Scored]:
    scored = []
    async with replaying.opened(_settings(), policy=policy, model=model) as replays:
        for case in cases:
            for _ in range(runs):
                try:
                    taken = await replays.play(case.log, case.file.run)
                except recording.UnfitLogError as error:
                    raise recording.UnfitLogError(f"case {case.name}: {error}") from error
                scored.append(scoring.score(case, taken))
    return scored


def _settings() -> ReplaySettings:
    """Return the settings of this checkout; the files they name are looked for from there."""
    place = layout()
    settings = ReplaySettings.load(place.env_file)
    named = ("agent_config", "policy_dir", "playbook_dir", "llm_prompts_dir", "llm_prices_file")
    paths = {name: getattr(settings, name) for name in named}
    changed: dict[str, object] = {
        name: place.root / path for name, path in paths.items() if path is not None
    }
    if place.lab.exists() and not world.is_real(environment.read(place.env_file)):
        # The lab's worker is told so when it is started; `.env` says it only where somebody chose.
        pace = {name.lower(): float(value) for name, value in world.LAB_PACE.items()}
        changed |= {name: pace[name] for name in pace.keys() - settings.model_fields_set}
    return settings.model_copy(update=changed)


def _log(incident: str) -> IncidentLog:
    """Return the log of a file or, from the API, of an incident."""
    if Path(incident).exists():
        return incident_logs.read(Path(incident))
    api, seq = client(), 0
    path = f"/api/v1/incidents/{quote(incident, safe='')}/events"
    found: list[Event] = []
    # As it came: what a terminal may not see is part of what was judged, and of the chain.
    while page := api.raw(f"{path}?after={seq}")["events"]:
        found += [told_answers.form(Event, event) for event in page]
        seq = found[-1].seq
        if len(found) > incident_logs.MAX_EVENTS:
            raise PermanentError(f"a log of more than {incident_logs.MAX_EVENTS} events")
    return incident_logs.checked(found)
