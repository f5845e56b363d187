"""What keeps a plan's actions from being carried out now: read, and judged; nothing is changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.brakes.calendar import CalendarFile
from backend.db import brakes
from backend.db.tenancy import Tenant
from backend.settings.common import CommonSettings
from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import REPOSITORY
from sre_agent.domain.plan import Action, Plan
from sre_agent.safety import freezes, pace
from sre_agent.safety.freezes import Calendar, Place
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

    async def look(
        self, connection: AsyncConnection, incident: Incident, *, now: datetime
    ) -> "Seen":
        """Read what the actions of an incident are judged by: what was written lately, and the calendar."""
        tenant = Tenant(incident.org_id, incident.cluster_id)
        past = await brakes.read(connection, tenant, now=now)
        return Seen(tuple(past), await self.calendar.join(connection, tenant.org_id, now=now))

    def find_obstacles(
        self, seen: "Seen", case: "Case", actions: Iterable[Action], *, now: datetime
    ) -> list[Obstacle]:
        """Return all that keeps these actions, one after the other, from being granted now; each once."""
        past, found = list(seen.past), list[Obstacle]()
        for action in actions:
            wanted = self.written(case, action, now)
            found += pace.find_obstacles(wanted, past, self.caps, now)
            frozen = freezes.find_obstacle(seen.calendar, case.place(action), now)
            found += [] if frozen is None else [frozen]
            past.append(wanted)
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Seen:
    """What actions are judged by at a moment: the cluster's writes that still count, and the freezes."""

    past: tuple[Written, ...]
    calendar: Calendar


@dataclass(frozen=True)
class Case:
    """What is to be judged: a plan of an incident, in the environments that policy names."""

    incident: Incident
    plan: Plan
    policy: Policy

    def place(self, action: Action) -> Place:
        """Return where an action would change something.

        What is merged into a repository is rolled out wherever that is: it is frozen with any namespace.
        """
        is_code = action.target.kind == REPOSITORY
        cluster, namespace = self.incident.cluster_id, "" if is_code else action.target.namespace
        environment = self.policy.environment(cluster, namespace) if namespace else None
        return Place(cluster, namespace, environment, self.incident.severity)
