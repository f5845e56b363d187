"""Telling in advance what would keep a plan from being carried out, so that nobody approves it in vain."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from backend.brakes.judging import Brakes, Case
from backend.db import switch
from sre_agent import ports
from sre_agent.domain.brakes import Brake, Obstacle
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Plan
from sre_agent.safety import pace
from sre_agent.safety.policy import Policy


@dataclass(frozen=True)
class Foresight(ports.Brakes):
    """Looks at the same rows as the signer, who alone decides."""

    engine: AsyncEngine
    clock: ports.Clock
    policy: Policy
    brakes: Brakes

    @override
    async def foresee(self, incident: Incident, plan: Plan) -> Obstacle | None:
        """Return what would keep the plan from being carried out now, the longest of it."""
        return pace.longest(await self.held_by(incident, plan))

    async def held_by(self, incident: Incident, plan: Plan) -> list[Obstacle]:
        """Return all that would keep the plan from being carried out now; after a stop nothing else counts.

        What takes a repair back waits for nothing but an emergency stop.
        """
        now = self.clock.now()
        async with self.engine.connect() as connection:
            halt = await switch.find_halt(
                connection, incident.org_id, cluster_id=incident.cluster_id
            )
            if halt is not None:
                reason = f"writes are {halt.told}; {halt.told_end}"
                return [Obstacle(brake=Brake.STOP, reason=reason)]
            if plan.is_revert:
                return []
            case = Case(incident, plan, self.policy)
            seen = await self.brakes.look(connection, incident, now=now)
        return self.brakes.find_obstacles(seen, case, plan.actions, now=now)
