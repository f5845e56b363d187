"""Everything that can be looked up for who asks: of their organization, and only to read."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.ask import (
    changes,
    evidence_looks,
    existence,
    incident_looks,
    names,
    owner_looks,
    runbook_looks,
)
from backend.ask.cluster_looks import ClusterLooks
from backend.db import audit_trail, incident_rows, journal, memory, slos
from backend.service_file import ServiceFile
from sre_agent import ports
from sre_agent.ask import incident_facts, other_facts
from sre_agent.ask.asking import DAY_S, Asked, Known, Slots, Topic
from sre_agent.ask.citing import AskCitation, Fact, Found, Source
from sre_agent.ask.incident_facts import Seen
from sre_agent.ask.lookups import Lookups, NotThereError
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.llm.allowance import Allowance
from sre_agent.memory import record

_DEEDS = 30
_ELSEWHERE = frozenset({Source.ROLLOUT, Source.RUNBOOK, Source.SERVICE})


@dataclass(frozen=True)
class OrganizationLookups(Lookups):
    """Looks for one organization. With an `allowance` evidence is cut to what a model may be told."""

    engine: AsyncEngine
    clock: ports.Clock
    org_id: str
    clusters: ClusterLooks
    services: ServiceFile
    allowance: Allowance | None = None
    _brought: set[AskCitation] = field(default_factory=set)
    """What clusters and files told in this answer: it cannot be looked up in the database."""

    @override
    async def known(self) -> Known:
        async with self.engine.connect() as connection:
            found = await names.find(connection, self.org_id)
        return owner_looks.known(self.services, self.org_id, found)

    @override
    async def look(self, asked: Asked) -> Found:
        found = await self._look(asked.topic, asked.slots)
        cites = (cite for fact in found.facts for cite in fact.cites)
        self._brought.update(cite for cite in cites if cite.source in _ELSEWHERE)
        return found

    @override
    async def existing(self, cites: Collection[AskCitation]) -> frozenset[AskCitation]:
        async with self.engine.connect() as connection:
            stored = await existence.find(connection, self.org_id, cites)
        return stored | self._brought.intersection(cites)

    async def _look(self, topic: Topic, slots: Slots) -> Found:
        match topic:
            case Topic.CHANGES:
                return await changes.find(
                    self.engine, self.clock, self.clusters, self.services, slots
                )
            case Topic.OWNER:
                return await owner_looks.find(self.engine, self.clusters, self.services, slots)
            case Topic.RUNBOOK:
                return await runbook_looks.find(self.engine, self.clusters, slots)
            case _:
                async with self.engine.connect() as connection:
                    return await self._stored(connection, topic, slots)

    async def _stored(self, connection: AsyncConnection, topic: Topic, slots: Slots) -> Found:
        match topic:
            case Topic.STATUS:
                return await self._status(connection, slots)
            case Topic.BUDGET:
                return await self._budgets(connection, slots)
            case Topic.DEEDS | Topic.WAITING if not _is_named(topic, slots):
                return await self._of_all(connection, topic, slots)
            case _:
                seen = await incident_looks.meant(connection, self.org_id, slots)
                if seen is None:
                    return Found(notes=("Its log was removed when its time was over.",))
                return await self._incident(connection, topic, slots, seen)

    async def _of_all(self, connection: AsyncConnection, topic: Topic, slots: Slots) -> Found:
        if topic is Topic.WAITING:
            return await self._all_waiting(connection)
        return await self._all_deeds(connection, slots)

    async def _incident(
        self, connection: AsyncConnection, topic: Topic, slots: Slots, seen: Seen
    ) -> Found:
        id_ = IncidentId(seen.id)
        if topic is Topic.SIMILAR:
            return await self._similar(connection, id_)
        log = await journal.read(connection, id_)
        is_named = slots.incident and topic is not Topic.WAITING
        head = () if is_named else (incident_facts.standing(seen),)
        match topic:
            case Topic.WAITING:
                said = tuple(incident_facts.waiting(seen, log, self.clock.now()))
                return Found(facts=(*head, *said))
            case Topic.DEEDS:
                return Found(facts=(*head, *list(incident_facts.deeds(log))[-_DEEDS:]))
            case Topic.EVIDENCE:
                return evidence_looks.find(log, slots.evidence, self.allowance)
            case _:
                course = incident_facts.course(log)
                return Found(facts=(incident_facts.standing(seen), *course))

    async def _status(self, connection: AsyncConnection, slots: Slots) -> Found:
        since = self.clock.now() - timedelta(seconds=slots.since_s) if slots.since_s else None
        seen, count = await incident_looks.listed(connection, self.org_id, slots.place, since=since)
        where = f" of {slots.place.told}" if slots.place.told else ""
        if not count:
            what = "was opened in that time" if since else "is open"
            notes = [f"No incident{where} {what}."]
            if slots.place.told and since is None:
                return await self._last(connection, slots, notes)
            return Found(notes=tuple(notes))
        what = "opened in that time" if since else "open"
        left = count - len(seen)
        more = f", the newest {len(seen)} are told" if left else ""
        return Found(
            facts=tuple(map(incident_facts.standing, seen)),
            notes=(f"{count} incident{'s' if count > 1 else ''}{where} {what}{more}.",),
        )

    async def _last(self, connection: AsyncConnection, slots: Slots, notes: list[str]) -> Found:
        try:
            last = await incident_looks.meant(connection, self.org_id, slots)
        except NotThereError:
            last = None
        facts = (incident_facts.standing(last),) if last else ()
        return Found(facts=facts, notes=(*notes, *(("The last one is told.",) if last else ())))

    async def _all_waiting(self, connection: AsyncConnection) -> Found:
        seen, _ = await incident_looks.listed(connection, self.org_id, Slots().place)
        held = [
            item
            for item in seen
            if item.is_paused or item.status is IncidentStatus.AWAITING_APPROVAL
        ]
        facts: list[Fact] = []
        for item in held:
            log = await journal.read(connection, IncidentId(item.id))
            facts += incident_facts.waiting(item, log, self.clock.now())
        return Found(facts=tuple(facts), notes=() if held else ("Nothing waits for people.",))

    async def _budgets(self, connection: AsyncConnection, slots: Slots) -> Found:
        found = await slos.list_all(connection, self.org_id)
        wanted = [
            each
            for each in found
            if slots.slo in {"", each.objective.id}
            and slots.place.namespace in {"", each.objective.namespace}
            and slots.place.service in {"", each.objective.service}
        ]
        facts = [
            other_facts.budget(
                each.objective,
                each.standing,
                each.reason,
                each.evaluated_at,
                each.tenant.cluster_id,
            )
            for each in wanted
        ]
        about = f" of {slots.place.told}" if slots.place.told else ""
        none = () if facts else (f"No objective{about} is defined.",)
        return Found(facts=tuple(facts[:_DEEDS]), notes=none)

    async def _similar(self, connection: AsyncConnection, id_: IncidentId) -> Found:
        incident = await incident_rows.load(connection, id_, org_id=self.org_id)
        present = record.features_of(incident, await journal.read(connection, id_))
        past = await memory.recall(connection, id_, present, org_id=self.org_id)
        facts = []
        for item in past.incidents:
            row = await incident_rows.get(
                connection, IncidentId(item.incident_id), org_id=self.org_id
            )
            facts.append(other_facts.past(item, row.last_seq))
        none = f"None of {past.considered} past incidents is like {id_}."
        return Found(facts=tuple(facts), notes=() if facts else (none,))

    async def _all_deeds(self, connection: AsyncConnection, slots: Slots) -> Found:
        since = self.clock.now() - timedelta(seconds=slots.since_s or DAY_S)
        kinds = [kind.value for kind in incident_facts.DEEDS]
        wanted = audit_trail.Wanted(kinds=kinds, since=since)
        traces = await audit_trail.list_page(connection, self.org_id, wanted, limit=_DEEDS)
        return changes.told(traces, since)


def _is_named(topic: Topic, slots: Slots) -> bool:
    """Return whether a question is about one incident, by its name or its service's."""
    place = slots.place.service if topic is Topic.DEEDS else slots.place.told
    return bool(slots.incident or place)
