"""How long a real alert of a real fault takes until there is a plan, in the lab."""

import subprocess
import time
from datetime import datetime
from typing import Any

from backend.cli.stack import world
from benchmarks.stack import Running

FAULT = "bad-release"
_PATIENCE_S = 60.0
_POLL_S = 0.2

Event = dict[str, Any]


def measure(stack: Running, runs: int) -> list[float]:
    """Return, for each time a lab was broken, the seconds from the alert to the first plan.

    Both ends are read from the incident's own log. Every run after the first has a lab of its own:
    a fault that comes back to where it was healed a minute ago is another measurement.

    Raises:
        TimeoutError: A plan did not come.
    """
    took_s = []
    seen: set[str] = set()
    for seed in range(1, runs + 1):
        if seed > 1:
            stack.renew_lab(seed)
        _lab(stack, "break", FAULT)
        took_s.append(_between(_await_plan(stack, seen)))
    return took_s


def _await_plan(stack: Running, seen: set[str]) -> list[Event]:
    deadline_s = time.monotonic() + _PATIENCE_S
    while (events := _planned(stack, seen)) is None:
        if time.monotonic() > deadline_s:
            ends = [f"{row['service']} {row['status']}" for row in _incidents(stack)]
            raise TimeoutError(f"no plan within {_PATIENCE_S:g} s; incidents, newest first: {ends}")
        time.sleep(_POLL_S)
    return events


def _planned(stack: Running, seen: set[str]) -> list[Event] | None:
    """Return the log of a new incident that has a plan."""
    for row in _incidents(stack):
        if row["id"] not in seen:
            events = _events(stack, row["id"])
            if any(event["kind"] == "plan_proposed" for event in events):
                seen.add(row["id"])
                return events
    return None


def _between(events: list[Event]) -> float:
    at = {event["kind"]: datetime.fromisoformat(event["at"]) for event in reversed(events)}
    return (at["plan_proposed"] - at["incident_opened"]).total_seconds()


def _incidents(stack: Running) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = stack.api.get("/api/v1/incidents", limit=50)["incidents"]
    return rows


def _events(stack: Running, incident_id: str) -> list[Event]:
    events: list[Event] = stack.api.get(f"/api/v1/incidents/{incident_id}/events")["events"]
    return events


def _lab(stack: Running, *arguments: str) -> None:
    command = world.lab_command(stack.layout, *arguments)
    subprocess.run(command, cwd=stack.layout.root, capture_output=True, check=True)
