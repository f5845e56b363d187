"""What the feed says."""

from typing import Any

import sqlalchemy as sa

from backend.api.live import frames
from backend.api.live.frames import Frame
from backend.api.shapes import IncidentRow
from backend.db.overview import Overview
from backend.db.tenancy import Halt

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
            **_switch(seen.halt, is_held=is_held),
        },
    )


def incident(row: sa.Row[Any]) -> Frame:
    """Return one incident as it stands now."""
    return frames.make("incident", {"incident": _row(row)})


def approvals(waiting: int) -> Frame:
    """Return how many plans wait for a decision now."""
    return frames.make("approvals", {"waiting": waiting})


def halt(found: Halt | None, *, is_held: bool) -> Frame:
    """Return where the switch stands now."""
    return frames.make("halt", _switch(found, is_held=is_held))


def _row(row: sa.Row[Any]) -> dict[str, Any]:
    return IncidentRow.of(row).model_dump(mode="json")


def _switch(found: Halt | None, *, is_held: bool) -> dict[str, Any]:
    if found is not None:
        return {"halted": True, "reason": found.reason}
    return {"halted": is_held, "reason": _HELD if is_held else None}
