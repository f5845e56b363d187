"""A timeline of changes that tells what a test put into it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeWindow


@dataclass
class FakeChanges:
    """A `Changes`; `kept` holds what it was told."""

    told: tuple[Change, ...] = ()
    kept: list[Change] = field(default_factory=list)

    async def near(self, incident: Incident, window: ChangeWindow) -> NearChanges:  # noqa: ARG002 - the same for all
        """Return what a test put in, as far as it lies in the window."""
        inside = [
            item
            for item in self.told
            if window.since <= item.at <= window.until
            and (not window.kinds or item.kind in window.kinds)
        ]
        inside.sort(key=lambda item: (item.at, item.id), reverse=True)
        return NearChanges(
            since=window.since,
            until=window.until,
            changes=tuple(inside[: window.limit]),
            left_out=len(inside[window.limit :]),
        )

    async def keep(self, incident: Incident, changes: Sequence[Change]) -> None:  # noqa: ARG002 - the same for all
        """Hold what was told."""
        self.kept.extend(changes)
