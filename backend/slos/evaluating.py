"""Look at every objective now and then: how much of its budget is left, and whether it burns."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend import rounds
from backend.db import organization_log, slos
from backend.db.admission.admit import admit
from backend.db.organization_log import Deed
from backend.db.slos import Look, Slo, SloNotFoundError
from backend.db.tenancy import Tenant
from backend.slos import alerting, asking
from sre_agent import ports
from sre_agent.domain.errors import PermanentError, TransientError

LANES = 4
"""So many objectives are looked at side by side by one worker."""

LONGEST_PAUSE_S = 10.0
"""A new objective is looked at within so many seconds."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """Looks at the objectives of the own cluster and of those that are connected by then.

    Of several workers one looks at each objective: it is taken in the database before.
    """

    toolbox_of: Callable[[Tenant], ports.Toolbox]
    engine: AsyncEngine
    clock: ports.Clock
    own: Tenant
    interval_s: float

    async def run(self) -> None:
        """Look around until cancelled; a round that fails is told, and what was known stays."""
        pause_s = min(self.interval_s, LONGEST_PAUSE_S)
        await rounds.go_on(self.go, self.clock, pause_s=pause_s, failed="slo_round_failed")

    async def go(self) -> None:
        """Look once at every objective that is due."""
        tenants = await rounds.tenants(self.engine, self.own)
        async with asyncio.TaskGroup() as group:
            for _ in range(LANES):
                group.create_task(self._lane(tenants))

    async def _lane(self, tenants: list[Tenant]) -> None:
        while (slo := await self._take(tenants)) is not None:
            try:
                await self.evaluate(slo)
            except (PermanentError, TransientError) as error:
                _log.warning("slo_failed", slo=slo.objective.id, reason=rounds.first_line(error))

    async def _take(self, tenants: list[Tenant]) -> Slo | None:
        now = self.clock.now()
        before = now - timedelta(seconds=self.interval_s)
        async with self.engine.begin() as connection:
            return await slos.take_due(connection, tenants, before=before, now=now)

    async def evaluate(self, slo: Slo) -> None:
        """Look at one objective, store how it stands, and tell the intake what burns.

        All of it is one transaction: an alert is told exactly when it is on record.
        """
        try:
            standing, reason = await asking.stand(self.toolbox_of(slo.tenant), slo.objective)
        except (PermanentError, TransientError) as error:
            standing, reason = None, rounds.first_line(error)
        now = self.clock.now()
        async with self.engine.begin() as connection:
            try:
                present = await slos.get(connection, slo.tenant, slo.objective.id, is_locked=True)
            except SloNotFoundError:
                return  # removed meanwhile
            if present.objective != slo.objective:
                return  # changed meanwhile: it is looked at anew
            look = alerting.judge(present, standing, reason, now)
            told = alerting.arrivals(present, look, now)
            if told:
                await admit(connection, slo.tenant, told, now=now)
            await self._tell_if_low(connection, present, look)
            await slos.record(connection, slo.tenant, slo.objective.id, look, now=now)

    async def _tell_if_low(self, connection: AsyncConnection, slo: Slo, look: Look) -> None:
        if slo.is_low or not look.is_low or look.standing is None:
            return
        left = look.standing.remaining or 0.0
        payload = {
            "slo": slo.objective.id,
            "cluster": slo.tenant.cluster_id,
            "service": f"{slo.objective.namespace}/{slo.objective.service}",
            "left_percent": round(100.0 * left, 1),
        }
        _log.warning("error_budget_low", **payload)
        await organization_log.append(
            connection,
            org_id=slo.tenant.org_id,
            actor=alerting.SOURCE,
            kind=Deed.ERROR_BUDGET_LOW,
            payload=payload,
            now=self.clock.now(),
        )
