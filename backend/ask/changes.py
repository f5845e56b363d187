"""What changed lately, or before an incident: as clusters and the timeline tell it, and what people and the platform did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.ask import incident_looks, names
from backend.ask.cluster_looks import ClusterLooks
from backend.db import audit_trail, incident_rows, journal
from backend.db import changes as timeline
from backend.db.audit_trail import Trace
from backend.db.changes import Wanted
from backend.db.organization_log import Deed
from backend.service_file import ServiceFile
from sre_agent import ports
from sre_agent.ask import incident_facts, other_facts
from sre_agent.ask.asking import HOUR_S, Place, Slots
from sre_agent.ask.citing import AskCitation, Fact, Found, Source
from sre_agent.ask.incident_facts import Seen, minute, second
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.observations.kubernetes import ResourceList, RolloutHistory
from sre_agent.domain.services import ServiceEntry
from sre_agent.domain.timeline import OURSELVES, Change, ChangeKind, ChangeSource

_NAMESPACES = 8
_DEEDS = 30
_ENTRIES = 30
_LATELY = 3
"""Of so many incidents it is said which change explains them."""
BEFORE_S = 6 * HOUR_S
"""So long before an incident it is looked for what changed, unless a question says otherwise."""
TOLERANCE = timedelta(minutes=1)
"""Clocks differ."""
_DONE = (EventKind.ACTION_STARTED.value, EventKind.ACTION_FINISHED.value)
_OF_PLATFORM = (Deed.WRITING_HALTED, Deed.WRITING_RESUMED, Deed.FREEZE_ADDED, Deed.FREEZE_REMOVED)
"""What is done to the platform itself and changes what it does to others."""

Dated = tuple[datetime, Fact]


@dataclass(frozen=True)
class _Live:
    """A revision of a workload as its cluster tells of it now; `at` is when its ReplicaSet was made."""

    object: str
    number: int
    cluster: str
    at: datetime
    fact: Fact


async def find(
    engine: AsyncEngine,
    clock: ports.Clock,
    clusters: ClusterLooks,
    file: ServiceFile,
    slots: Slots,
) -> Found:
    """Return what changed within the time asked for, oldest first, and which of it explains incidents.

    The time is an hour unless it says otherwise; of an incident it ends with its onset.
    """
    if slots.incident:
        return await _before(engine, clusters.org_id, slots)
    since = clock.now() - timedelta(seconds=slots.since_s or HOUR_S)
    built_from = file.of_service(clusters.org_id, slots.place.service, slots.place.namespace)
    live, notes = await _rollouts(engine, clusters, slots.place, since)
    async with engine.connect() as connection:
        kinds = _DONE if slots.place.told else (*_DONE, *_OF_PLATFORM)
        wanted = audit_trail.Wanted(kinds=kinds, since=since)
        traces = await audit_trail.list_page(connection, clusters.org_id, wanted, limit=_DEEDS + 1)
        about = _of_place(slots.place, since, built_from)
        entries, cut = await _entries(connection, clusters.org_id, about)
        lately = await _incidents(connection, clusters.org_id, slots.place, since)
        verdicts = [fact for seen in lately if (fact := await _explained(connection, seen))]
    done = list(_of(traces[:_DEEDS], slots.place))
    dated = [
        *((item.at, item.fact) for item in live if not _is_told(item, entries)),
        # What the platform did, its own log tells below.
        *((item.at, other_facts.change(item)) for item in entries if not _is_own(item)),
        *((trace.at, _fact(trace)) for trace in done),
    ]
    where = f" of {slots.place.told}" if slots.place.told else ""
    none = () if dated else (f"Nothing{where} is known to have changed since {minute(since)}.",)
    left = (*cut, *([_cut(_DEEDS, "things that were done")] if len(traces) > _DEEDS else []))
    return Found(facts=(*verdicts, *_ordered(dated)), notes=(*none, *left, *notes))


async def _incidents(
    connection: AsyncConnection, org_id: str, place: Place, since: datetime
) -> list[Seen]:
    """Return the newest incidents that are open and, behind them, that were opened since."""
    open_, _ = await incident_looks.listed(connection, org_id, place)
    opened, _ = await incident_looks.listed(connection, org_id, place, since=since)
    return list({seen.id: seen for seen in (*open_, *opened)}.values())[:_LATELY]


async def _before(engine: AsyncEngine, org_id: str, slots: Slots) -> Found:
    """Return what changed before an incident, and which of it explains it."""
    async with engine.connect() as connection:
        seen = await incident_looks.meant(connection, org_id, slots)
        row = await incident_rows.get(connection, IncidentId(slots.incident), org_id=org_id)
        verdict = await _explained(connection, seen) if seen else None
        until = row.started_at + TOLERANCE
        since = row.started_at - timedelta(seconds=slots.since_s or BEFORE_S)
        wanted = Wanted(since=since, until=until, cluster_id=row.cluster_id)
        entries, cut = await _entries(connection, org_id, wanted)
    told = _ordered([(item.at, other_facts.change(item)) for item in entries])
    window = f"from {second(since)} to {second(until)}"
    none = () if told else (f"Nothing is known to have changed {window}.",)
    unsaid = () if verdict else ("Nobody has looked yet for a change that explains it.",)
    facts = (*([verdict] if verdict else []), *told)
    return Found(facts=facts, notes=(*none, *unsaid, *cut))


async def _explained(connection: AsyncConnection, seen: Seen) -> Fact | None:
    log = await journal.read(connection, IncidentId(seen.id))
    ranked = [item for item in log if item.kind is EventKind.CAUSES_RANKED]
    return incident_facts.explained(seen, ranked[-1]) if ranked else None


async def _entries(
    connection: AsyncConnection, org_id: str, wanted: Wanted
) -> tuple[list[Change], tuple[str, ...]]:
    """Return the newest entries of the timeline, and what is said where there are more."""
    found = await timeline.list_page(connection, org_id, wanted, limit=_ENTRIES + 1)
    more = (_cut(_ENTRIES, "changes"),) if len(found) > _ENTRIES else ()
    return found[:_ENTRIES], more


def _cut(most: int, what: str) -> str:
    return f"There are more than {most} {what}: the newest are told. Ask for a shorter time."


def _ordered(dated: Sequence[Dated]) -> tuple[Fact, ...]:
    return tuple(fact for _, fact in sorted(dated, key=lambda item: (item[0], item[1].text)))


def _is_own(entry: Change) -> bool:
    return entry.source is ChangeSource.CLUSTER and entry.actor == OURSELVES


def _is_told(item: _Live, entries: Sequence[Change]) -> bool:
    """Return whether the timeline tells of a revision: it knows when one came back, its ReplicaSet does not."""
    return any(
        entry.kind is ChangeKind.ROLLOUT
        and (entry.object, entry.cluster_id) == (item.object, item.cluster)
        and (entry.version == str(item.number) or (_is_own(entry) and entry.at > item.at))
        for entry in entries
    )


def told(traces: Sequence[Trace], since: datetime) -> Found:
    """Return what was done, oldest first; an entry of an incident's log names the incident."""
    facts = tuple(map(_fact, reversed(traces)))
    return Found(facts=facts, notes=() if facts else (f"Nothing was done since {minute(since)}.",))


def _of_place(place: Place, since: datetime, built_from: tuple[ServiceEntry, ...]) -> Wanted:
    """Return which entries of the timeline are told: of a place, those of its service."""
    return Wanted(
        since=since,
        namespace="" if place.service else place.namespace,
        service=place.service,
        built_from=built_from,
    )


async def _rollouts(
    engine: AsyncEngine, clusters: ClusterLooks, place: Place, since: datetime
) -> tuple[list[_Live], tuple[str, ...]]:
    if place.service:
        one = {"namespace": place.namespace, "name": place.service}
        histories, notes = await clusters.each(
            "kubernetes", "rollout_history", [one], RolloutHistory
        )
        return [
            _Live(
                str(history.object),
                item.number,
                cluster,
                item.created_at,
                other_facts.revision(history.object, item, cluster),
            )
            for cluster, history in histories
            for item in history.revisions
            if item.created_at >= since
        ], notes
    async with engine.connect() as connection:
        known = await names.find(connection, clusters.org_id)
    spaces = (
        [place.namespace] if place.namespace else sorted({item.namespace for item in known.places})
    )
    asked = [{"kind": "Deployment", "namespace": name} for name in spaces if name][:_NAMESPACES]
    lists, notes = await clusters.each("kubernetes", "list_resources", asked, ResourceList)
    fresh = [
        _Live(
            str(item.object),
            item.revision,
            cluster,
            item.revision_created_at,
            other_facts.rollout(item, cluster),
        )
        for cluster, answer in lists
        for item in answer.items
        if item.revision is not None
        and item.revision_created_at is not None
        and item.revision_created_at >= since
    ]
    left = len(spaces) - len(asked)
    rest = (f"{left} more namespaces were not looked at: name one.",) if left > 0 else ()
    return fresh, (*notes, *rest)


def _of(traces: Sequence[Trace], place: Place) -> Iterator[Trace]:
    """Yield what changed something: of a place, only what was done to its objects."""
    ours = {
        (item.incident_id, item.payload.get("action_id"))
        for item in traces
        if item.kind == EventKind.ACTION_STARTED and _is_in(str(item.payload.get("target")), place)
    }
    for item in traces:
        if item.kind in _DONE:
            if (item.incident_id, item.payload.get("action_id")) in ours:
                yield item
        elif not item.incident_id:
            yield item


def _is_in(target: str, place: Place) -> bool:
    """Return whether an object, written `Kind/namespace/name`, belongs to a place."""
    _, namespace, name = (*target.split("/"), "", "", "")[:3]
    return place.namespace in {"", namespace} and place.service in {"", name}


def _fact(trace: Trace) -> Fact:
    if trace.incident_id:
        return incident_facts.deed(
            Event(
                incident_id=IncidentId(trace.incident_id),
                seq=trace.seq,
                at=trace.at,
                actor=trace.actor,
                kind=EventKind(trace.kind),
                payload=trace.payload,
                step_key="",
                prev_hash="",
                hash=trace.hash,
            )
        )
    said = trace.kind.replace("_", " ")
    cite = AskCitation(source=Source.ORGANIZATION_LOG, id="organization", seq=trace.seq)
    text = f"{second(trace.at)}: {said} by {trace.actor}"
    return Fact(text=text, cites=(cite,), kind=incident_facts.DEED)
