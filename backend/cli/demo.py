"""Break something in the lab and show how it is found, approved, repaired and verified."""

import json
import subprocess
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import httpx
import typer

from backend.cli import telling
from backend.cli.client import Client
from backend.cli.following import Event, Followed, Follower
from backend.cli.plain import escape
from backend.cli.session import client, console, layout, tell_error
from backend.cli.stack import lifecycle, world
from backend.cli.stack.layout import Layout
from backend.cli.summary import left_to_do, summarize
from sre_agent.domain.errors import PermanentError

_PATIENCE_S = 240.0
_BY_HAND_S = 900.0
_POLL_S = 0.3
_CALM_S = 90.0
_SETTLED_AFTER = timedelta(seconds=32)
"""What alerts sooner after a repair passes for its echo."""

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
    running = lifecycle.record(place)
    if running is None:
        lifecycle.up(place, console.print)
    elif not running["is_lab"]:
        raise PermanentError(
            "the platform watches real systems: the demo breaks things in a lab only"
        )
    api = client()
    is_healed = _heal(place)
    _await_calm(place)
    calm_at = datetime.now(UTC)  # noqa: TID251 - a command measures by the wall clock
    rows = api.get("/api/v1/incidents", limit=20)["incidents"]
    time.sleep(unsettled_s(rows, calm_at, is_healed=is_healed))
    log = Follower(api)
    began = datetime.now(UTC)  # noqa: TID251 - a command measures by the wall clock
    console.rule(f"lab break {scenario}")
    injection = subprocess.Popen(  # noqa: S603 - our own program
        world.lab_command(place, "break", scenario), cwd=place.root
    )
    try:
        decide = _ask(api.url) if by_hand else partial(_approve, api)
        _follow(log, place, injection, decide)
    finally:
        injection.wait()
    console.rule("done")
    left = left_to_do(log.incidents)
    if left:
        console.print(f"[yellow]{escape(left)}[/]", soft_wrap=True)
    typer.echo(json.dumps(summarize(scenario, began, log.incidents)))


def _follow(
    log: Follower, place: Layout, injection: "subprocess.Popen[bytes]", decide: Decide
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
        is_still = time.monotonic() - changed_s > _STILL_S or not firing(place)
        if injection.poll() == 0 and _are_over(log.incidents) and is_still:
            return
        time.sleep(_POLL_S)
    raise PermanentError(f"not every incident ended within {_PATIENCE_S:g} s: sre-agent incidents")


def _are_over(incidents: list[Followed]) -> bool:
    return bool(incidents) and all(incident.is_over for incident in incidents)


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
    faults = place.lab / "faults.jsonl"
    lines = faults.read_text(encoding="utf-8").splitlines() if faults.exists() else []
    if not lines or "healed" in json.loads(lines[-1]):
        return False
    console.print("healing the lab from the fault before, and waiting until it has settled ...")
    done = subprocess.run(  # noqa: S603 - our own program
        world.lab_command(place, "heal"), cwd=place.root, check=False
    )
    if done.returncode != 0:
        raise PermanentError("the lab does not heal")
    return True


def _await_calm(place: Layout) -> None:
    """Wait until nothing in the lab alerts: what is broken next should be all that is broken."""
    deadline_s = time.monotonic() + _CALM_S
    while restless := firing(place):
        if time.monotonic() > deadline_s:
            raise PermanentError(f"the lab does not come to rest: {', '.join(restless)}")
        time.sleep(_POLL_S)


def unsettled_s(rows: Iterable[dict[str, Any]], calm_at: datetime, *, is_healed: bool) -> float:
    """Return how long trouble would still be taken for what is left of the old, in seconds.

    Args:
        rows: the newest incidents.
        calm_at: since when nothing alerts.
        is_healed: whether the lab was put back just before; else the ends of incidents count.
    """
    ends = [datetime.fromisoformat(row["ended_at"]) for row in rows if row["ended_at"]]
    since = max([*ends, *([calm_at] if is_healed else [])], default=None)
    return max(0.0, (since + _SETTLED_AFTER - calm_at).total_seconds()) if since else 0.0


def firing(place: Layout) -> list[str]:
    """Return the names of the alerts that Prometheus knows, but for the one that always fires."""
    url = f"{world.lab_record(place)['prometheus']['url']}/api/v1/alerts"
    try:
        answer = httpx.get(url, timeout=10, trust_env=False).raise_for_status()
    except httpx.HTTPError:
        return ["Prometheus does not answer"]  # busy or not up again: nobody knows that it is calm
    alerts = answer.json()["data"]["alerts"]
    return sorted({alert["labels"]["alertname"] for alert in alerts} - {"Watchdog"})
