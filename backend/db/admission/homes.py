"""To which incident each alert that begins belongs: one that is open, one that is back, a new one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.admission import correlation, hosts, returning, standing, statements
from backend.db.admission.arrivals import AlertKey, Arrival, ServiceKey
from backend.db.admission.correlation import Correlation, Standing
from backend.db.admission.hosts import Hosts
from backend.db.admission.ledger import Head
from backend.db.admission.standing import Member
from backend.db.admission.statements import Opening
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import IncidentId

_Services = Mapping[ServiceKey, Sequence[Arrival]]


@dataclass(frozen=True)
class Homes:
    """The incident of each alert, these incidents locked, and who is new in them and why."""

    of: Mapping[AlertKey, IncidentId] = field(default_factory=dict)
    heads: Sequence[Head] = ()
    members: Sequence[Member] = ()
    reasons: Mapping[ServiceKey, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Place:
    """An incident found for a service, and what it must still be once it is locked."""

    incident_id: IncidentId
    is_member: bool = False
    reason: str = ""
    is_echo: bool = False

    def holds(self, head: Head) -> bool:
        if self.is_echo:
            return True
        return head.is_open and (not self.reason or correlation.is_asking(head.status))


async def find(
    connection: AsyncConnection, tenant: Tenant, beginning: Sequence[Arrival], now: datetime
) -> Homes:
    """Return the homes of the alerts; where none is found, incidents are opened.

    All alerts of a service go the same way.
    """
    services = _by_service(beginning)
    if not services:
        return Homes()
    places = _standing(await standing.find_open(connection, tenant, services))
    past = await hosts.find(connection, tenant, _left(services, places), now)
    hosted = _hosted(past, services, places)
    places |= hosted
    # An echo may as well be news of a failure next door that nobody has a plan for yet.
    echoing = [
        key
        for key, place in hosted.items()
        if place.is_echo and not past.is_apart(key, services[key])
    ]
    places |= _joined(await _correlate(connection, tenant, echoing, now))
    homeless = [key for key in services if key not in places]
    apart = [key for key in homeless if past.is_apart(key, services[key])]
    together = [key for key in homeless if key not in apart]
    found = await _correlate(connection, tenant, together, now)
    places |= _joined(found)
    locked = await statements.lock_incidents(
        connection, (place.incident_id for place in places.values())
    )
    heads = {head.incident_id: head for head in locked}
    lost = [key for key, place in places.items() if not place.holds(heads[place.incident_id])]
    groups = [*found.groups, *((key,) for key in (*apart, *lost))]
    back = await _take_back(connection, past, services, groups, now)
    fresh = [group for group in groups if group[0] not in back.places]
    opened = await _open(connection, tenant, services, fresh, now)
    places |= {**opened.places, **back.places}
    heads |= {head.incident_id: head for head in back.heads}
    heads |= {head.incident_id: head for head in opened.heads}
    return Homes(
        of={item.key: places[item.service_key].incident_id for item in beginning},
        heads=list(heads.values()),
        members=[
            Member(place.incident_id, key) for key, place in places.items() if not place.is_member
        ],
        reasons={key: place.reason for key, place in places.items() if place.reason},
    )


def _by_service(arrivals: Iterable[Arrival]) -> dict[ServiceKey, list[Arrival]]:
    found: dict[ServiceKey, list[Arrival]] = {}
    for arrival in arrivals:
        found.setdefault(arrival.service_key, []).append(arrival)
    return found


def _left(services: _Services, places: Mapping[ServiceKey, _Place]) -> list[Arrival]:
    return [item for key, items in services.items() if key not in places for item in items]


def _standing(found: Iterable[Standing]) -> dict[ServiceKey, _Place]:
    """Return the open incident of each service: its own, else the newest that it joined."""
    ranked = sorted(found, key=lambda item: (item.is_own, item.opened_at, item.incident_id))
    return {item.service_key: _Place(item.incident_id, is_member=True) for item in ranked}


def _hosted(
    past: Hosts, services: _Services, places: Mapping[ServiceKey, _Place]
) -> dict[ServiceKey, _Place]:
    """Return the places that incidents which are over, or went into another, still offer."""
    found = {}
    for key, arrivals in services.items():
        if key in places:
            continue
        survivor = past.survivor(key)
        echoes = {past.settling(arrival) for arrival in arrivals}
        if survivor is not None:
            found[key] = _Place(survivor)
        elif len(echoes) == 1 and (echoed := echoes.pop()) is not None:
            found[key] = _Place(echoed, is_member=True, is_echo=True)
    return found


async def _correlate(
    connection: AsyncConnection, tenant: Tenant, homeless: Sequence[ServiceKey], now: datetime
) -> Correlation:
    if not homeless:
        return Correlation({}, ())
    near = await standing.find_neighbours(connection, tenant, homeless, now)
    others = {other for found in near.values() for other in found}
    taking = await standing.find_open(connection, tenant, others)
    return correlation.correlate(homeless, near, taking, now)


def _joined(found: Correlation) -> dict[ServiceKey, _Place]:
    return {
        key: _Place(joining.standing.incident_id, reason=f"a neighbour of {joining.through[1]}")
        for key, joining in found.joins.items()
    }


@dataclass(frozen=True)
class _Opened:
    places: Mapping[ServiceKey, _Place]
    heads: Sequence[Head]


async def _take_back(
    connection: AsyncConnection,
    past: Hosts,
    services: _Services,
    groups: Sequence[Sequence[ServiceKey]],
    now: datetime,
) -> _Opened:
    """Reopen the incidents of those groups whose failure was there not long ago."""
    places = {}
    runs = set()
    for group in groups:
        found = past.returning([item for key in group for item in services[key]])
        if found is None:
            continue
        before, arrival = found
        back = await returning.take_back(connection, before, arrival, now=now)
        if back.is_run:
            runs.add(before.incident_id)
        reason = f"a neighbour of {arrival.service_key[1]}"
        for key in group:
            is_known = key in (before.own_key, arrival.service_key)
            places[key] = _Place(
                before.incident_id,
                is_member=key == before.own_key,
                reason="" if is_known else reason,
            )
    heads = await statements.lock_incidents(
        connection, (place.incident_id for place in places.values())
    )
    for head in heads:
        head.is_reopened = head.incident_id in runs
    return _Opened(places, heads)


async def _open(
    connection: AsyncConnection,
    tenant: Tenant,
    services: _Services,
    groups: Sequence[Sequence[ServiceKey]],
    now: datetime,
) -> _Opened:
    """Open an incident for each group of services, named by the first of them."""
    openings = [
        _opening(group[0], [item for key in group for item in services[key]]) for group in groups
    ]
    heads = await statements.open_incidents(connection, tenant, openings, now)
    places = {}
    for first, *others in groups:
        id_ = heads[first].incident_id
        places[first] = _Place(id_, is_member=True)
        reason = f"a neighbour of {first[1]}"
        places |= {key: _Place(id_, reason=reason) for key in others}
    return _Opened(places, list(heads.values()))


def _opening(key: ServiceKey, arrivals: Sequence[Arrival]) -> Opening:
    """Return what to open: what comes first names it, what began first dates it."""
    first = next(item for item in arrivals if item.service_key == key)
    return Opening(
        key,
        first.alert.summary,
        first.alert.severity,
        min(item.alert.starts_at for item in arrivals),
        min(item.priority for item in arrivals),
    )
