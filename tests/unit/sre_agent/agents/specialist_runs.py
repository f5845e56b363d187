"""Running a specialist under the allow-list that ships."""

from sre_agent.agents import loop
from sre_agent.agents.loop import Assignment, Limits, SpecialistReport
from sre_agent.agents.specialists import BY_NAME
from sre_agent.config import permissions
from sre_agent.domain.incident import Incident
from sre_agent.testing import FakeToolbox

ALLOWED = permissions.load_allow_list()
LIMITS = Limits(ALLOWED)


async def sent(
    name: str, incident: Incident, toolbox: FakeToolbox, limits: Limits = LIMITS
) -> SpecialistReport:
    return await loop.run(BY_NAME[name], Assignment(incident, 1), toolbox, limits)


def tools(report: SpecialistReport) -> list[str]:
    return [item.call.tool for item in report.evidence]
