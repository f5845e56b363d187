"""What changed lately: rollouts as clusters tell them, the timeline, and what people and the platform did."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.ask import names
from backend.ask.cluster_looks import ClusterLooks
from backend.db import audit_trail
from backend.db import changes as timeline
from backend.db.audit_trail import Trace
from backend.db.changes import Wanted
from sre_agent import ports
from sre_agent.ask import incident_facts, other_facts
from sre_agent.ask.asking import HOUR_S, Place, Slots
from sre_agent.ask.citing import AskCitation, Fact, Found, Source
from sre_agent.ask.incident_facts import minute
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.observations.kubernetes import ResourceList, RolloutHistory
from sre_agent.domain.timeline import ChangeSource

_NAMESPACES = 8
_DEEDS = 30
_ENTRIES = 30
_DONE = (EventKind.ACTION_STARTED.value, EventKind.ACTION_FINISHED.value)


async def find(
    engine: AsyncEngine, clock: ports.Clock, clusters: ClusterLooks, slots: Slots
) -> Found:
    """Return what changed within the time asked for, an hour unless it says otherwise."""
    since = clock.now() - timedelta(seconds=slots.since_s or HOUR_S)
    rollouts, notes = await _rollouts(engine, clusters, slots.place, since)
    async with engine.connect() as connection:
        kinds = _DONE if slots.place.told else ()
        wanted = audit_trail.Wanted(kinds=kinds, since=since)
        traces = await audit_trail.list_page(connection, clusters.org_id, wanted, limit=_DEEDS)
        entries = await timeline.list_page(
            connection, clusters.org_id, _entries(slots.place, since), limit=_ENTRIES
        )
    done = list(_of(traces, slots.place))
    deeds = told(done, since)
    facts = (*rollouts, *map(other_facts.change, reversed(entries)), *deeds.facts)
    about = f" of {slots.place.told}" if slots.place.told else ""
    none = () if facts else (f"Nothing{about} is known to have changed since {minute(since)}.",)
    return Found(facts=facts, notes=(*none, *notes))


def told(traces: Sequence[Trace], since: datetime) -> Found:
    """Return what was done, oldest first; an entry of an incident's log names the incident."""
    facts = tuple(map(_fact, reversed(traces)))
    return Found(facts=facts, notes=() if facts else (f"Nothing was done since {minute(since)}.",))


def _entries(place: Place, since: datetime) -> Wanted:
    """Return which entries of the timeline are told: of a place, those that name its service.

    What clusters showed of rollouts is told as they tell it now.
    """
    return Wanted(
        since=since,
        namespace="" if place.service else place.namespace,
        service=place.service,
        sources=(ChangeSource.GITHUB, ChangeSource.WEBHOOK),
    )


async def _rollouts(
    engine: AsyncEngine, clusters: ClusterLooks, place: Place, since: datetime
) -> tuple[list[Fact], tuple[str, ...]]:
    if place.service:
        one = {"namespace": place.namespace, "name": place.service}
        histories, notes = await clusters.each(
            "kubernetes", "rollout_history", [one], RolloutHistory
        )
        return [
            other_facts.revision(history.object, item, cluster)
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
        (item, cluster)
        for cluster, answer in lists
        for item in answer.items
        if item.revision is not None
        and item.revision_created_at is not None
        and item.revision_created_at >= since
    ]
    left = len(spaces) - len(asked)
    rest = (f"{left} more namespaces were not looked at: name one.",) if left > 0 else ()
    return [other_facts.rollout(item, cluster) for item, cluster in fresh], (*notes, *rest)


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
    text = f"{minute(trace.at)}: {said} by {trace.actor}"
    return Fact(text=text, cites=(cite,), kind=incident_facts.DEED)
