"""Running a specialist under the allow-list that ships."""

from sre_agent.agents import loop
from sre_agent.agents.loop import Assignment, Limits, SpecialistReport
from sre_agent.agents.specialists import BY_NAME
from sre_agent.config import permissions
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.testing import FakeToolbox, views
from sre_agent.testing.world import World

ALLOWED = permissions.load_allow_list()
LIMITS = Limits(ALLOWED)


async def sent(
    name: str, incident: Incident, toolbox: FakeToolbox, limits: Limits = LIMITS
) -> SpecialistReport:
    return await loop.run(BY_NAME[name], Assignment(incident, 1), toolbox, limits)


async def looked(world: World, *roles: str) -> list[Evidence]:
    """Return what the specialists bring who look at some services, by their own calls."""
    toolbox, found = views.toolbox(world), list[Evidence]()
    for number, role in enumerate(roles, start=1):
        for name in ("kubernetes", "metrics", "logs"):
            assignment = Assignment(world.incident(role), number, evidence=tuple(found))
            found += (await loop.run(BY_NAME[name], assignment, toolbox, LIMITS)).evidence
    return found


def tools(report: SpecialistReport) -> list[str]:
    return [item.call.tool for item in report.evidence]
