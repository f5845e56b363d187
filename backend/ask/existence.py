"""Whether what an answer cites can be looked up, by whoever may see it."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.changes import changes
from backend.db.tables.events import events
from backend.db.tables.organization_log import organization_log
from backend.db.tables.slos import slos
from sre_agent.ask.citing import AskCitation, Source


async def find(
    connection: AsyncConnection, org_id: str, cites: Collection[AskCitation]
) -> frozenset[AskCitation]:
    """Return those that the organization's database has; what only clusters have is not among them."""
    by_source: dict[Source, list[AskCitation]] = {}
    for cite in cites:
        by_source.setdefault(cite.source, []).append(cite)
    found: set[AskCitation] = set()
    if logged := by_source.get(Source.EVENT):
        keys = [(cite.id, cite.seq) for cite in logged]
        query = sa.select(events.c.incident_id, events.c.seq).where(
            events.c.org_id == org_id, sa.tuple_(events.c.incident_id, events.c.seq).in_(keys)
        )
        there = {tuple(row) for row in await connection.execute(query)}
        found.update(cite for cite in logged if (cite.id, cite.seq) in there)
    if own := by_source.get(Source.ORGANIZATION_LOG):
        log = sa.select(organization_log.c.seq).where(
            organization_log.c.org_id == org_id, organization_log.c.seq.in_([c.seq for c in own])
        )
        seqs = set((await connection.execute(log)).scalars())
        found.update(cite for cite in own if cite.seq in seqs)
    if promised := by_source.get(Source.SLO):
        promises = sa.select(slos.c.cluster_id, slos.c.id).where(slos.c.org_id == org_id)
        kept = {tuple(row) for row in await connection.execute(promises)}
        found.update(cite for cite in promised if (cite.cluster, cite.id) in kept)
    if told := by_source.get(Source.CHANGE):
        entries = sa.select(changes.c.id).where(
            changes.c.org_id == org_id, changes.c.id.in_([cite.id for cite in told])
        )
        known = set((await connection.execute(entries)).scalars())
        found.update(cite for cite in told if cite.id in known)
    return frozenset(found)
