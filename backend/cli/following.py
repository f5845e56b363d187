"""Follow every incident that begins from now on, through the API."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backend.cli.client import Client, Patience
from sre_agent.domain.errors import TransientError

Event = dict[str, Any]

_BEGINNINGS = frozenset({"incident_opened", "reopened", "run_started"})
_MOST = 50


@dataclass
class Followed:
    """One incident: what is known of it, and what happened since it began, or began again."""

    id: str
    service: str
    status: str
    events: list[Event] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Return whether its last run has its report."""
        for event in reversed(self.events):
            if event["kind"] in _BEGINNINGS:
                return False
            if event["kind"] == "report_written":
                return True
        return False

    def find(self, kind: str, *, last: bool = False) -> Event | None:
        """Return the first or the last event of a kind."""
        found = [event for event in self.events if event["kind"] == kind]
        return found[-1 if last else 0] if found else None


class Follower:
    """Reads what is new; what came before it was made is none of its business."""

    def __init__(self, api: Client) -> None:
        """Take note of where every log stands."""
        self._api = api
        self._read = {row["id"]: row["last_seq"] for row in self._rows()}
        self._begun: dict[str, Followed] = {}
        self._patience = Patience()

    @property
    def incidents(self) -> list[Followed]:
        """Return the incidents that began, in the order in which they were seen."""
        return list(self._begun.values())

    def fresh(self) -> Iterator[tuple[Followed, Event]]:
        """Yield what happened since the last call, in incidents that began meanwhile.

        An API that is restarted meanwhile is waited for: the next call goes on where this one ended.
        """
        try:
            yield from self._fresh()
        except TransientError:
            if not self._patience.is_left():
                raise
        else:
            self._patience.renew()

    def _fresh(self) -> Iterator[tuple[Followed, Event]]:
        for row in self._rows():
            after = self._read.get(row["id"], 0)
            if row["last_seq"] > after:
                yield from self._news(row, after)
            elif row["id"] in self._begun:
                self._begun[row["id"]].status = row["status"]

    def _news(self, row: dict[str, Any], after: int) -> Iterator[tuple[Followed, Event]]:
        page = self._api.get(f"/api/v1/incidents/{row['id']}/events", after=after)
        self._read[row["id"]] = page["last_seq"]
        for event in page["events"]:
            if row["id"] not in self._begun and event["kind"] not in _BEGINNINGS:
                continue
            known = Followed(row["id"], row["service"], page["status"])
            incident = self._begun.setdefault(row["id"], known)
            incident.status = page["status"]
            incident.events.append(event)
            yield incident, event

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._api.get("/api/v1/incidents", limit=_MOST)["incidents"]
        return rows[::-1]
