"""A memory that tells what a test put into it."""

from dataclasses import dataclass, field

from sre_agent.domain.ids import IncidentId
from sre_agent.domain.observations.memory import PastIncident, PastIncidents
from sre_agent.memory.features import Features
from sre_agent.memory.lessons import Lessons


@dataclass
class FakeMemory:
    """A `Memory`; `asked` holds the features it was asked with."""

    past: tuple[PastIncident, ...] = ()
    taught: Lessons | None = None
    asked: list[Features] = field(default_factory=list)

    async def recall(self, incident_id: IncidentId, present: Features) -> PastIncidents:
        """Return all that a test put in, but the incident itself."""
        self.asked.append(present)
        others = tuple(item for item in self.past if item.incident_id != incident_id)
        return PastIncidents(incidents=others, considered=len(self.past))

    async def lessons(self, incident_id: IncidentId) -> Lessons | None:  # noqa: ARG002 - the same for all
        """Return what a test says was learned."""
        return self.taught
