"""The fakes of the brain's ports, and builders of what its tests need; shipped, and tested."""

from sre_agent.testing.clock import FakeClock
from sre_agent.testing.incidents import FakeIncidents, FakeSigner
from sre_agent.testing.journal import InMemoryJournal
from sre_agent.testing.memory import FakeMemory
from sre_agent.testing.services import FakeServices
from sre_agent.testing.timeline import FakeChanges
from sre_agent.testing.toolbox import FakeToolbox

__all__ = [
    "FakeChanges",
    "FakeClock",
    "FakeIncidents",
    "FakeMemory",
    "FakeServices",
    "FakeSigner",
    "FakeToolbox",
    "InMemoryJournal",
]
