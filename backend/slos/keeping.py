"""The doors by which objectives come and go: each on the organization's record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.actors import Actor
from backend.db import clusters, organization_log, slos
from backend.db.admission.admit import admit
from backend.db.organization_log import Deed
from backend.db.slos import Slo, SloNotFoundError
from backend.db.tenancy import Tenant
from backend.slos import alerting
from sre_agent import ports
from sre_agent.config.objectives import OBJECTIVES_MAX
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.slo import Objective

FILE_ACTOR = "SLO_FILE"
"""By this name the record tells what the file changed."""


class SloOfFileError(PermanentError):
    """The objective is defined by the file, which would bring it back."""


class TooManySlosError(PermanentError):
    """The cluster has as many objectives as it may have."""


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Makes, changes and removes objectives; alerts of what is gone end with it."""

    engine: AsyncEngine
    clock: ports.Clock

    async def add(self, actor: Actor, tenant: Tenant, objective: Objective) -> Slo:
        """Store a new objective.

        Raises:
            ClusterNotFoundError: The organization has no such cluster.
            SloTakenError: There is one of that id.
            TooManySlosError: There are as many as there may be.
        """
        now = self.clock.now()
        async with self.engine.begin() as connection:
            await clusters.get(connection, tenant)
            known = await slos.list_all(connection, tenant.org_id, cluster_id=tenant.cluster_id)
            if len(known) >= OBJECTIVES_MAX:
                raise TooManySlosError(f"the cluster has {len(known)} objectives")
            await slos.insert(
                connection, tenant, objective, actor=actor.name, from_file=False, now=now
            )
            await _note(connection, tenant, objective, actor.name, Deed.SLO_ADDED, now)
            return await slos.get(connection, tenant, objective.id)

    async def change(self, actor: Actor, tenant: Tenant, objective: Objective) -> Slo:
        """Store another definition under the id of one that is there.

        Raises:
            SloNotFoundError: There is none of that id.
            SloOfFileError: The file defines it.
        """
        now = self.clock.now()
        async with self.engine.begin() as connection:
            found = await slos.get(connection, tenant, objective.id, is_locked=True)
            _check_not_of_file(found)
            if found.objective == objective:
                return found
            await _change(connection, found, objective, actor.name, now, from_file=False)
            return await slos.get(connection, tenant, objective.id)

    async def remove(self, actor: Actor, tenant: Tenant, id_: str) -> None:
        """Forget an objective.

        Raises:
            SloNotFoundError: There is none of that id.
            SloOfFileError: The file defines it.
        """
        now = self.clock.now()
        async with self.engine.begin() as connection:
            found = await slos.get(connection, tenant, id_, is_locked=True)
            _check_not_of_file(found)
            await _remove(connection, found, actor.name, now)

    async def follow_file(self, tenant: Tenant, objectives: Iterable[Objective]) -> None:
        """Make what a file says so, for one cluster; safe to repeat.

        What the file no longer has goes; what the API made stays, unless the file has its id.
        """
        now = self.clock.now()
        wanted = {each.id: each for each in objectives}
        async with self.engine.begin() as connection:
            await slos.take_file_turn(connection, tenant)
            known = await slos.list_all(connection, tenant.org_id, cluster_id=tenant.cluster_id)
            gone = [each.objective.id for each in known if each.from_file]
            for id_ in sorted(set(gone) - set(wanted)):
                found = await _find_locked(connection, tenant, id_)
                if found is not None:
                    await _remove(connection, found, FILE_ACTOR, now)
            for id_ in sorted(wanted):
                await _follow(connection, tenant, wanted[id_], now)


async def _follow(
    connection: AsyncConnection, tenant: Tenant, objective: Objective, now: datetime
) -> None:
    found = await _find_locked(connection, tenant, objective.id)
    if found is None:
        await slos.insert(connection, tenant, objective, actor=FILE_ACTOR, from_file=True, now=now)
        await _note(connection, tenant, objective, FILE_ACTOR, Deed.SLO_ADDED, now)
    elif found.objective != objective or not found.from_file:
        await _change(connection, found, objective, FILE_ACTOR, now, from_file=True)


async def _find_locked(connection: AsyncConnection, tenant: Tenant, id_: str) -> Slo | None:
    try:
        return await slos.get(connection, tenant, id_, is_locked=True)
    except SloNotFoundError:
        return None


async def _change(
    connection: AsyncConnection,
    found: Slo,
    objective: Objective,
    actor: str,
    now: datetime,
    *,
    from_file: bool,
) -> None:
    await _end_alerts(connection, found, now)
    await slos.replace(
        connection, found.tenant, objective, actor=actor, from_file=from_file, now=now
    )
    await _note(connection, found.tenant, objective, actor, Deed.SLO_CHANGED, now)


async def _remove(connection: AsyncConnection, found: Slo, actor: str, now: datetime) -> None:
    await _end_alerts(connection, found, now)
    await slos.delete(connection, found.tenant, found.objective.id)
    await _note(connection, found.tenant, found.objective, actor, Deed.SLO_REMOVED, now)


async def _end_alerts(connection: AsyncConnection, found: Slo, now: datetime) -> None:
    if found.is_firing:
        await admit(connection, found.tenant, alerting.ends(found, now), now=now)


async def _note(
    connection: AsyncConnection,
    tenant: Tenant,
    objective: Objective,
    actor: str,
    kind: Deed,
    now: datetime,
) -> None:
    payload = {
        "slo": objective.id,
        "cluster": tenant.cluster_id,
        "service": f"{objective.namespace}/{objective.service}",
        "promise": objective.says(),
        "tier": objective.tier,
    }
    await organization_log.append(
        connection, org_id=tenant.org_id, actor=actor, kind=kind, payload=payload, now=now
    )


def _check_not_of_file(found: Slo) -> None:
    if found.from_file:
        raise SloOfFileError(f"the file defines {found.objective.id}")
