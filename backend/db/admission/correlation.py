"""Which services are in trouble together: those that call one another, within some minutes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.db.admission.arrivals import ServiceKey
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

WINDOW = timedelta(minutes=10)
"""So long after its newest alert an incident takes in alerts of its neighbours."""

_STILL_ASKING = frozenset({IncidentStatus.RECEIVED, IncidentStatus.INVESTIGATING})

Neighbours = Mapping[ServiceKey, frozenset[ServiceKey]]
"""For each service those that it calls or that call it."""


def is_asking(status: IncidentStatus) -> bool:
    """Return whether what is wrong is still being asked.

    A plan answers what was known when it was made. Nobody would tell apart what joins after it, and
    a second failure would wait for the repair of the first; of the same failure, an incident of its
    own is merged as soon as it has found the cause.
    """
    return status in _STILL_ASKING


@dataclass(frozen=True)
class Standing:
    """An open incident that has alerts of a service: its own, or one that joined."""

    service_key: ServiceKey
    incident_id: IncidentId
    own_key: ServiceKey
    status: IncidentStatus
    opened_at: datetime
    last_alert_at: datetime

    @property
    def is_own(self) -> bool:
        """Return whether the incident was opened for the service."""
        return self.service_key == self.own_key

    def takes_neighbours(self, now: datetime) -> bool:
        """Return whether what its neighbours say may still be part of it.

        Once there is a plan, it was made for what was known then.
        """
        return is_asking(self.status) and self.last_alert_at > now - WINDOW


@dataclass(frozen=True)
class Joining:
    """A service whose alerts join an incident, and through which neighbour."""

    standing: Standing
    through: ServiceKey


@dataclass(frozen=True)
class Correlation:
    """What becomes of services that no open incident knows.

    Each of `groups` is one failure of its own; the service that was heard of first comes first.
    """

    joins: Mapping[ServiceKey, Joining]
    groups: tuple[tuple[ServiceKey, ...], ...]


def correlate(
    services: Sequence[ServiceKey],
    neighbours: Neighbours,
    standing: Iterable[Standing],
    now: datetime,
) -> Correlation:
    """Return which services join an incident, and which open one together.

    Of several incidents the oldest takes all of a group. The order of `services` decides only which
    of a group is named first.
    """
    takers: dict[ServiceKey, list[Standing]] = {}
    for item in standing:
        if item.takes_neighbours(now):
            takers.setdefault(item.service_key, []).append(item)
    joins: dict[ServiceKey, Joining] = {}
    groups = []
    for group in _groups(services, neighbours):
        found = [
            Joining(taker, through)
            for key in group
            for through in sorted(neighbours.get(key, ()))
            for taker in takers.get(through, ())
        ]
        if found:
            best = min(found, key=lambda item: (item.standing.opened_at, item.standing.incident_id))
            joins.update(dict.fromkeys(group, best))
        else:
            groups.append(group)
    return Correlation(joins, tuple(groups))


def _groups(
    services: Sequence[ServiceKey], neighbours: Neighbours
) -> Iterable[tuple[ServiceKey, ...]]:
    """Yield the services in groups that hang together, each in the order given."""
    order = {key: number for number, key in enumerate(services)}
    left = dict.fromkeys(services)
    while left:
        group = [next(iter(left))]
        del left[group[0]]
        for key in group:
            reached = [other for other in neighbours.get(key, ()) if other in left]
            group += reached
            for other in reached:
                del left[other]
        yield tuple(sorted(group, key=order.__getitem__))
