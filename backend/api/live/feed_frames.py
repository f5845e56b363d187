"""What the feed says."""

from typing import Any

import sqlalchemy as sa

from backend.api.live import frames
from backend.api.live.frames import Frame
from backend.api.shapes import IncidentRow
from backend.db.overview import Overview
from backend.db.switch import Stops

_HELD = "KILL_SWITCH is set in the settings"


def snapshot(seen: Overview, *, is_held: bool) -> Frame:
    """Return the whole: it replaces what was known before.

    `is_held` says that the settings halt all writing, whatever the switch says.
    """
    return frames.make(
        "snapshot",
        {
            "incidents": [_row(row) for row in seen.incidents],
            "open_count": seen.open_count,
            "approvals_waiting": seen.approvals_waiting,
            **_switch(seen.stops, is_held=is_held),
        },
    )


def incident(row: sa.Row[Any]) -> Frame:
    """Return one incident as it stands now."""
    return frames.make("incident", {"incident": _row(row)})


def approvals(waiting: int) -> Frame:
    """Return how many plans wait for a decision now."""
    return frames.make("approvals", {"waiting": waiting})


def halt(stops: Stops, *, is_held: bool) -> Frame:
    """Return where the switch stands now."""
    return frames.make("halt", _switch(stops, is_held=is_held))


def _row(row: sa.Row[Any]) -> dict[str, Any]:
    return IncidentRow.of(row).model_dump(mode="json")


def _switch(stops: Stops, *, is_held: bool) -> dict[str, Any]:
    found = stops.everywhere
    reason = found.reason if found is not None else _HELD if is_held else None
    clusters = [{"cluster": each.cluster_id, "reason": each.reason} for each in stops.clusters]
    return {"halted": found is not None or is_held, "reason": reason, "clusters": clusters}
