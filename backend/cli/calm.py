"""When the lab is at rest, so that what is broken next is all that is broken."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from backend.cli.client import Client
from backend.cli.stack import world
from backend.cli.stack.layout import Layout
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.incident import IncidentStatus

_PATIENCE_S = 180.0
_POLL_S = 0.3
_SETTLED_AFTER = timedelta(seconds=32)
"""What alerts sooner after a repair passes for its echo."""
_WARM_AFTER = timedelta(seconds=20)
"""A start takes the whole machine, and the shop is slow meanwhile: so long after it that can still be told."""

Say = Callable[[str], None]


def await_rest(api: Client, place: Layout, say: Say, *, is_healed: bool) -> None:
    """Wait until nothing alerts, nobody works, and neither a start nor a repair can still be heard of.

    Args:
        api: the platform.
        place: whose lab it is.
        say: is told what is done about it, for people.
        is_healed: whether the lab was put back just before.

    Raises:
        PermanentError: It does not come to rest; what is restless is in the message.
    """
    pause_s = None
    while pause_s != 0:
        _await_silence(api, place, say)
        now = datetime.now(UTC)  # noqa: TID251 - a command measures by the wall clock
        started_at = _started_at(place)
        pause_s = unsettled_s(_rows(api), now, is_healed=is_healed, started_at=started_at)
        time.sleep(pause_s)
        is_healed = False


def _await_silence(api: Client, place: Layout, say: Say) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    cancelled = set[str]()
    while restless := [*firing(place), *_open(api, cancelled, say)]:
        if time.monotonic() > deadline_s:
            raise PermanentError(f"the lab does not come to rest: {', '.join(restless)}")
        time.sleep(_POLL_S)


def unsettled_s(
    rows: Iterable[dict[str, Any]],
    calm_at: datetime,
    *,
    is_healed: bool,
    started_at: datetime | None = None,
) -> float:
    """Return how long trouble would still be taken for what is left of the old, in seconds.

    Args:
        rows: the newest incidents.
        calm_at: since when nothing alerts.
        is_healed: whether the lab was put back just before; else the ends of incidents count.
        started_at: when the last part of lab and platform was up.
    """
    ends = [datetime.fromisoformat(row["ended_at"]) for row in rows if row["ended_at"]]
    until = [moment + _SETTLED_AFTER for moment in (*ends, *([calm_at] if is_healed else []))]
    until += [started_at + _WARM_AFTER] if started_at else []
    return max([0.0, *((moment - calm_at).total_seconds() for moment in until)])


def firing(place: Layout) -> list[str]:
    """Return the names of the alerts that Prometheus knows, but for the one that always fires."""
    url = f"{world.lab_record(place)['prometheus']['url']}/api/v1/alerts"
    try:
        answer = httpx.get(url, timeout=10, trust_env=False).raise_for_status()
    except httpx.HTTPError:
        return ["Prometheus does not answer"]  # busy or not up again: nobody knows that it is calm
    alerts = answer.json()["data"]["alerts"]
    return sorted({alert["labels"]["alertname"] for alert in alerts} - {"Watchdog"})


def _open(api: Client, cancelled: set[str], say: Say) -> list[str]:
    """Return the incidents that are worked on; one that waits for a person is cancelled, once."""
    found = []
    for row in _rows(api):
        status, id_ = IncidentStatus(row["status"]), row["id"]
        if status is IncidentStatus.AWAITING_APPROVAL and id_ not in cancelled:
            say(f"cancelling {id_}, which waits for a decision: the lab is whole")
            api.post(f"/api/v1/incidents/{id_}/cancel", {"reason": "the lab is whole"})
            cancelled.add(id_)
        if status.is_open:
            found.append(f"{row['service']} ({id_})")
    return found


def _rows(api: Client) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get("/api/v1/incidents", limit=20)["incidents"]
    return rows


def _started_at(place: Layout) -> datetime:
    """Return when the last part was up: each writes its record then."""
    written = (place.lab / "lab.json", place.record)
    return datetime.fromtimestamp(max(file.stat().st_mtime for file in written), UTC)
