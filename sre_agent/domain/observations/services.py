"""What the file of services tells of an incident's services."""

from sre_agent.domain.model import Observation
from sre_agent.domain.services import ServiceEntry


class ServiceEntries(Observation):
    """The entries that concern an incident, in the order of the file, whose name is `file`.

    `fault` says why the file cannot be read as it is now: what it said before counts then.
    """

    file: str
    entries: tuple[ServiceEntry, ...] = ()
    fault: str = ""
