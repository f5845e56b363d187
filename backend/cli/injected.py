"""What the lab says of a fault that it was given: where it is, what tells of it, what became of its commits."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from backend.cli.following import Followed
from backend.cli.stack import world
from backend.cli.stack.layout import Layout
from sre_agent.domain.errors import PermanentError

Note = dict[str, Any]
"""A line of the lab's own record: something was broken, or healed."""


def notes(place: Layout) -> list[Note]:
    """Return what was broken and healed so far."""
    file = place.lab / "faults.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines]


def untold(truths: Iterable[Note], incidents: Sequence[Followed]) -> list[str]:
    """Return the faulty objects of which no alert has come in since they were broken.

    An alert that the lab does not name among those of the fault is about something else.
    """
    came = [
        (event["payload"]["name"], datetime.fromisoformat(event["payload"]["starts_at"]))
        for incident in incidents
        for event in incident.events
        if event["kind"] == "alert_received"
    ]
    return [
        truth["object"]["name"]
        for truth in truths
        if not any(
            name in truth["alerts"] and at >= datetime.fromisoformat(truth["at"])
            for name, at in came
        )
    ]


def has_commits(truths: Iterable[Note]) -> bool:
    """Return whether a fault came with commits: its own, or those of others."""
    return any("commit" in truth or "innocent" in truth for truth in truths)


def aftermath(place: Layout) -> dict[str, Any]:
    """Return what main holds of the last fault's commits, in the lab's words.

    Raises:
        PermanentError: The lab cannot say; why is in the message.
    """
    done = subprocess.run(  # noqa: S603 - our own program
        world.lab_command(place, "commits", "--json"),
        cwd=place.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PermanentError(f"nobody can say what main holds: {done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def told(held: dict[str, Any]) -> list[str]:
    """Return what became of the commits as lines for people."""
    found = []
    if held["commit"] is not None:
        how = (
            "is taken back" if held["is_taken_back"] else "is still on main: the next deploy has it"
        )
        found.append(f"commit {held['commit'][:12]} {how}")
    found += [f"main has lost commit {sha[:12]}" for sha in held["lost"]]
    if held["kept"]:
        names = ", ".join(sha[:12] for sha in held["kept"])
        found.append(
            f"main holds every other commit in full: {names}" if not held["lost"] else names
        )
    return found
