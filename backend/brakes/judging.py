"""What keeps a plan's actions from being carried out now: read, and judged; nothing is changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.brakes.calendar import CalendarFile
from backend.db import brakes
from backend.db.tenancy import Tenant
from backend.settings import CommonSettings
from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Action, Plan
from sre_agent.safety import freezes, pace
from sre_agent.safety.freezes import Place
from sre_agent.safety.pace import Caps, Written
from sre_agent.safety.policy import Policy


@dataclass(frozen=True)
class Brakes:
    """The caps, the rests and the calendar that hold for an installation."""

    caps: Caps = field(default_factory=Caps)
    calendar: CalendarFile = field(default_factory=CalendarFile)

    @classmethod
    def of(cls, settings: CommonSettings) -> "Brakes":
        """Return what the settings say."""
        caps = Caps(
            per_workload=settings.writes_per_hour_service,
            per_cluster=settings.writes_per_hour_cluster,
            cool_down_factor=settings.cool_down_factor,
        )
        return cls(caps, CalendarFile(settings.freeze_file))

    def written(self, case: "Case", action: Action, now: datetime) -> Written:
        """Return the action as a write of this moment."""
        rest = pace.cool_down(action.call, case.policy.tools.kinds, self.caps)
        workload = str(pace.workload_of(action))
        return Written(case.incident.id, workload, case.plan.sha256, now, now + rest)

    async def find_obstacle(
        self,
        connection: AsyncConnection,
        case: "Case",
        actions: Iterable[Action],
        *,
        now: datetime,
    ) -> Obstacle | None:
        """Return what keeps these actions from being granted now, the longest of it."""
        return pace.longest(await self.find_obstacles(connection, case, actions, now=now))

    async def find_obstacles(
        self,
        connection: AsyncConnection,
        case: "Case",
        actions: Iterable[Action],
        *,
        now: datetime,
    ) -> list[Obstacle]:
        """Return all that keeps these actions, one after the other, from being granted now; each once."""
        incident = case.incident
        tenant = Tenant(incident.org_id, incident.cluster_id)
        past = await brakes.read(connection, tenant, now=now)
        calendar = await self.calendar.join(connection, incident.org_id, now=now)
        found: list[Obstacle] = []
        for action in actions:
            wanted = self.written(case, action, now)
            found += pace.find_obstacles(wanted, past, self.caps, now)
            frozen = freezes.find_obstacle(calendar, case.place(action), now)
            found += [] if frozen is None else [frozen]
            past.append(wanted)
        return list(dict.fromkeys(found))

    async def find_freeze(
        self, connection: AsyncConnection, case: "Case", action: Action, *, now: datetime
    ) -> Obstacle | None:
        """Return the freeze that keeps an action from being carried out now."""
        calendar = await self.calendar.join(connection, case.incident.org_id, now=now)
        return freezes.find_obstacle(calendar, case.place(action), now)

    async def find_freeze_start(
        self, connection: AsyncConnection, case: "Case", action: Action, *, now: datetime
    ) -> datetime | None:
        """Return when the next freeze begins that keeps an action from being carried out."""
        calendar = await self.calendar.join(connection, case.incident.org_id, now=now)
        return freezes.find_start(calendar, case.place(action), now)


@dataclass(frozen=True)
class Case:
    """What is to be judged: a plan of an incident, in the environments that policy names."""

    incident: Incident
    plan: Plan
    policy: Policy

    def place(self, action: Action) -> Place:
        """Return where an action would change something."""
        cluster, namespace = self.incident.cluster_id, action.target.namespace
        environment = self.policy.environment(cluster, namespace) if namespace else None
        return Place(cluster, namespace, environment, self.incident.severity)
