"""The brain's timeline of changes on PostgreSQL: a run is told of its own cluster's only."""

import hashlib
from collections.abc import Sequence

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from backend.db import changes as timeline
from backend.db import incident_rows
from backend.db.changes import Told
from sre_agent import ports
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeSource, ChangeWindow

_OTHERS = (ChangeSource.GITHUB, ChangeSource.WEBHOOK)
"""Who is heard in an incident beside the cluster, which shows itself what it changed."""


class PostgresChanges(ports.Changes):
    """The timelines of every organization."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @override
    async def near(self, incident: Incident, window: ChangeWindow) -> NearChanges:
        async with self._engine.connect() as connection:
            tenant = await incident_rows.tenant_of(connection, incident.id)
            found, left_out = await timeline.near(connection, tenant, window, _OTHERS)
        return NearChanges(
            since=window.since, until=window.until, changes=tuple(found), left_out=left_out
        )

    @override
    async def keep(self, incident: Incident, changes: Sequence[Change]) -> None:
        async with self._engine.begin() as connection:
            tenant = await incident_rows.tenant_of(connection, incident.id)
            own = [change for change in changes if change.cluster_id == tenant.cluster_id]
            told = [Told(change, _sha256(change)) for change in own]
            await timeline.keep(connection, tenant.org_id, told)


def _sha256(change: Change) -> str:
    said = change.model_dump(mode="json", exclude={"told_at"})
    return hashlib.sha256(to_json(said)).hexdigest()
