"""Break something in the lab and show how it is found, approved, repaired and verified."""

import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import typer
from rich.markup import escape

from backend.cli import telling
from backend.cli.client import Client
from backend.cli.session import client, console, layout
from backend.cli.stack import lifecycle, world
from backend.cli.stack.layout import Layout
from sre_agent.domain.errors import PermanentError

_PATIENCE_S = 240.0
_POLL_S = 0.3
_CALM_S = 90.0

Event = dict[str, Any]


def demo(
    scenario: Annotated[str, typer.Argument(help="The fault to inject.")] = "bad-release",
) -> None:
    """Inject a fault in the lab, follow the investigation, approve the plan, wait for the end."""
    place = layout()
    running = lifecycle.record(place)
    if running is None:
        lifecycle.up(place, console.print)
    elif not running["is_lab"]:
        raise PermanentError(
            "the platform watches real systems: the demo breaks things in a lab only"
        )
    api = client()
    _heal(place)
    _await_calm(place)
    began = datetime.now(UTC)  # noqa: TID251 - a command measures by the wall clock
    console.rule(f"lab break {scenario}")
    _lab(place, "break", scenario)
    log = _Follower(api, began)
    events = _run(api, log)
    console.rule("done")
    typer.echo(json.dumps(summarize(scenario, began, events)))


def _run(api: Client, log: "_Follower") -> list[Event]:
    """Follow until the incident whose plan was carried out has its report; return its events."""
    deadline_s = time.monotonic() + _PATIENCE_S
    main: str | None = None
    while time.monotonic() < deadline_s:
        for incident_id, event in log.fresh():
            told = telling.line(event)
            if told is not None:
                service = escape(log.services[incident_id])
                console.print(f"[magenta]{service:<10}[/] {told}", soft_wrap=True)
            if event["kind"] == "approval_requested" and main is None:
                main = incident_id
                _approve(api, incident_id, event["payload"]["plan_sha256"])
            if event["kind"] == "report_written" and incident_id == main:
                return log.events[incident_id]
        if main is None and log.ended_without_plan():
            return log.events[log.ended_without_plan()[0]]
        time.sleep(_POLL_S)
    raise PermanentError(f"the incident did not end within {_PATIENCE_S:g} s: sre-agent incidents")


def _approve(api: Client, incident_id: str, plan_sha256: str) -> None:
    body = {"plan_sha256": plan_sha256, "comment": "approved in the demo"}
    decision = api.post(f"/api/v1/incidents/{incident_id}/approve", body)
    console.print(f"[bold green]approved[/] by {escape(decision['actor'])}, through the API")


class _Follower:
    """Every event of every incident that was opened since the fault was injected."""

    def __init__(self, api: Client, since: datetime) -> None:
        self._api = api
        self._since = since
        self.events: dict[str, list[Event]] = {}
        self.services: dict[str, str] = {}

    def fresh(self) -> Iterator[tuple[str, Event]]:
        """Yield what happened since the last call."""
        for row in reversed(self._api.get("/api/v1/incidents", limit=20)["incidents"]):
            if datetime.fromisoformat(row["opened_at"]) < self._since:
                continue
            known = self.events.setdefault(row["id"], [])
            self.services[row["id"]] = row["service"]
            after = known[-1]["seq"] if known else 0
            if row["last_seq"] == after:
                continue
            page = self._api.get(f"/api/v1/incidents/{row['id']}/events", after=after)
            for event in page["events"]:
                known.append(event)
                yield row["id"], event

    def ended_without_plan(self) -> list[str]:
        """Return the incidents that ended, when all of them did."""
        ended = [id_ for id_, events in self.events.items() if _find(events, "report_written")]
        merged = [id_ for id_ in ended if _find(self.events[id_], "merged")]
        if len(ended) < len(self.events) or len(merged) == len(ended):
            return []
        return [id_ for id_ in ended if id_ not in merged]


def summarize(scenario: str, began: datetime, events: list[Event]) -> dict[str, Any]:
    """Return the demo's result: the cause, what was done, how it ended, how long each part took."""
    ranked = _find(events, "causes_ranked", last=True)
    causes = ranked["payload"]["diagnosis"]["causes"] if ranked else []
    finished = _find(events, "verification_finished", last=True)
    done = [
        event
        for event in events
        if event["kind"] == "action_finished" and event["payload"]["status"] == "ok"
    ]
    return {
        "scenario": scenario,
        "incident_id": events[0]["incident_id"],
        "top_cause": _cause(causes[0]) if causes else None,
        "actions_executed": len(done),
        "verification": finished["payload"]["result"] if finished else "not_verified",
        "seconds": _seconds(began, events),
    }


def _cause(cause: dict[str, Any]) -> dict[str, Any]:
    where = "/".join(cause["object"][key] for key in ("kind", "namespace", "name"))
    return {
        "class": cause["fault_class"],
        "object": where,
        "confidence": round(cause["confidence"], 3),
    }


def _seconds(began: datetime, events: list[Event]) -> dict[str, float | None]:
    def at(kind: str) -> datetime | None:
        event = _find(events, kind)
        return datetime.fromisoformat(event["at"]) if event else None

    def between(start: datetime | None, end: datetime | None) -> float | None:
        return round((end - start).total_seconds(), 2) if start and end else None

    opened, ended = at("incident_opened"), datetime.fromisoformat(events[-1]["at"])
    return {
        "alert": between(began, opened),
        "plan": between(opened, at("plan_proposed")),
        "approval": between(at("approval_requested"), at("approval_decided")),
        "execution": between(at("approval_decided"), at("action_finished")),
        "verification": between(at("action_finished"), at("verification_finished")),
        "total": between(began, ended),
    }


def _find(events: list[Event], kind: str, *, last: bool = False) -> Event | None:
    found = [event for event in events if event["kind"] == kind]
    return found[-1 if last else 0] if found else None


def _heal(place: Layout) -> None:
    """Put the lab back first when an earlier fault is still in it."""
    faults = place.lab / "faults.jsonl"
    lines = faults.read_text(encoding="utf-8").splitlines() if faults.exists() else []
    if lines and "healed" not in json.loads(lines[-1]):
        console.print("healing the lab from the fault before ...")
        _lab(place, "heal")


def _await_calm(place: Layout) -> None:
    """Wait until nothing in the lab alerts: what is broken next should be all that is broken."""
    url = f"{world.lab_record(place)['prometheus']['url']}/api/v1/alerts"
    deadline_s = time.monotonic() + _CALM_S
    while True:
        alerts = httpx.get(url, timeout=10, trust_env=False).json()["data"]["alerts"]
        restless = sorted({alert["labels"]["alertname"] for alert in alerts} - {"Watchdog"})
        if not restless:
            return
        if time.monotonic() > deadline_s:
            raise PermanentError(f"the lab does not come to rest: {', '.join(restless)}")
        time.sleep(_POLL_S)


def _lab(place: Layout, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        world.lab_command(place, *arguments), cwd=place.root, check=False
    )
    if done.returncode != 0:
        raise PermanentError(f"lab {' '.join(arguments)} failed")
