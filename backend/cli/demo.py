"""Break something in the lab and show how it is found, approved, repaired and verified."""

import json
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import typer

from backend.cli import calm, injected, telling
from backend.cli.client import Client
from backend.cli.following import Event, Followed, Follower
from backend.cli.plain import escape
from backend.cli.session import client, console, layout, tell_error
from backend.cli.stack import lifecycle, world
from backend.cli.stack.layout import Layout
from backend.cli.summary import left_to_do, summarize
from sre_agent.domain.errors import PermanentError

_PATIENCE_S = 300.0
_BY_HAND_S = 900.0
_POLL_S = 0.3
_STILL_S = 15.0
"""After so long without an event nobody else comes, whatever may still alert."""


Decide = Callable[[str, str], float]
"""Has a plan of an incident decided; returns for how many seconds more to wait for the end."""


def demo(
    scenario: Annotated[str, typer.Argument(help="The fault to inject.")] = "bad-release",
    *,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Leave the decisions to you, in the war room.")
    ] = False,
) -> None:
    """Inject a fault in the lab, follow the investigation, approve the plans, wait for the end."""
    place = layout()
    _bring_up(place)
    api = client()
    calm.await_rest(api, place, console.print, is_healed=_heal(place))
    log, before = Follower(api), len(injected.notes(place))

    def truths() -> list[injected.Note]:
        return injected.notes(place)[before:]

    began = datetime.now(UTC)  # noqa: TID251 - a command measures by the wall clock
    console.rule(f"lab break {scenario}")
    injection = subprocess.Popen(  # noqa: S603 - our own program
        world.lab_command(place, "break", scenario), cwd=place.root
    )
    try:
        decide = _ask(api.url) if by_hand else partial(_approve, api)
        _follow(log, place, injection, decide, truths)
    finally:
        injection.wait()
    console.rule("done")
    held = injected.aftermath(place) if injected.has_commits(truths()) else None
    _tell_end(held, left_to_do(log.incidents))
    summary = summarize(scenario, began, log.incidents)
    typer.echo(json.dumps({**summary, **({"repository": held} if held else {})}))
    if held and held["lost"]:
        raise typer.Exit(1)


def _bring_up(place: Layout) -> None:
    running = lifecycle.record(place)
    if running is None:
        lifecycle.up(place, console.print)
    elif not running["is_lab"]:
        raise PermanentError(
            "the platform watches real systems: the demo breaks things in a lab only"
        )


def _tell_end(held: dict[str, Any] | None, left: str | None) -> None:
    """Tell what became of the commits, where there were any, and what is left to do, if anything."""
    for said in injected.told(held) if held else ():
        console.print(escape(said), soft_wrap=True)
    if left:
        console.print(f"[yellow]{escape(left)}[/]", soft_wrap=True)


def _follow(
    log: Follower,
    place: Layout,
    injection: "subprocess.Popen[bytes]",
    decide: Decide,
    truths: Callable[[], list[injected.Note]],
) -> None:
    """Tell what happens and have every plan decided until all incidents of the fault are over."""
    deadline_s = time.monotonic() + _PATIENCE_S
    changed_s = time.monotonic()
    while time.monotonic() < deadline_s:
        if injection.poll():
            raise PermanentError("the lab did not break as asked")
        for incident, event in log.fresh():
            changed_s = time.monotonic()
            _tell(incident, event)
            if event["kind"] == "approval_requested":
                deadline_s += decide(incident.id, event["payload"]["plan_sha256"])
        is_still = time.monotonic() - changed_s > _STILL_S
        if injection.poll() == 0 and _is_over(
            truths(), log.incidents, is_still=is_still, is_calm=not calm.firing(place)
        ):
            return
        time.sleep(_POLL_S)
    untold = " and ".join(injected.untold(truths(), log.incidents))
    why = f"nothing alerts about {untold}" if untold else "not every incident ended"
    raise PermanentError(f"{why} within {_PATIENCE_S:g} s: sre-agent incidents")


def _is_over(
    truths: list[injected.Note], incidents: list[Followed], *, is_still: bool, is_calm: bool
) -> bool:
    """Say whether everything that was told of has its report, the fault among it, and no more will come.

    The end of what is about something else, such as a slow start, is not the end. Of several faults
    one may be repaired before it alerts; then both stillness and calm have to say so.
    """
    untold = injected.untold(truths, incidents)
    if len(untold) == len(truths) or not all(item.is_over for item in incidents):
        return False
    return (is_still and is_calm) if untold else (is_still or is_calm)


def _tell(incident: Followed, event: Event) -> None:
    told = telling.line(event)
    if told is not None:
        console.print(f"[magenta]{escape(incident.service):<10}[/] {told}", soft_wrap=True)


def _ask(base_url: str) -> Decide:
    """Return what asks the person at the screen to decide in the browser."""

    def ask(incident_id: str, _plan_sha256: str) -> float:
        page = f"{base_url}/incidents/{incident_id}"
        console.print(f"[bold yellow]waits for you[/] at {page}", soft_wrap=True)
        return _BY_HAND_S

    return ask


def _approve(api: Client, incident_id: str, plan_sha256: str) -> float:
    """Say yes to a plan; one that waits no longer needs none."""
    body = {"plan_sha256": plan_sha256, "comment": "approved in the demo"}
    try:
        decision = api.post(f"/api/v1/incidents/{incident_id}/approve", body)
    except PermanentError as error:
        tell_error(error)
        return 0.0
    console.print(f"[bold green]approved[/] by {escape(decision['actor'])}, through the API")
    return 0.0


def _heal(place: Layout) -> bool:
    """Put the lab back first when an earlier fault is still in it; return whether it was."""
    noted = injected.notes(place)
    if not noted or "healed" in noted[-1]:
        return False
    console.print("healing the lab from the fault before, and waiting until it has settled ...")
    done = subprocess.run(  # noqa: S603 - our own program
        world.lab_command(place, "heal"), cwd=place.root, check=False
    )
    if done.returncode != 0:
        raise PermanentError("the lab does not heal")
    return True
