"""A file of services that says what a test put into it."""

from dataclasses import dataclass

from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.services import ServiceEntries
from sre_agent.domain.services import ServiceEntry


@dataclass
class FakeServices:
    """A `Services`."""

    entries: tuple[ServiceEntry, ...] = ()
    fault: str = ""

    async def of(self, incident: Incident) -> ServiceEntries | None:  # noqa: ARG002 - the same for all
        """Return what a test put in."""
        return ServiceEntries(file="services.yaml", entries=self.entries, fault=self.fault)
