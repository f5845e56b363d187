"""A world that answers at once: what is left of an incident's time is the platform's own."""

from datetime import datetime

from typing_extensions import override

from sre_agent import ports
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing import FakeToolbox, views
from sre_agent.testing.clock import START, FakeClock
from sre_agent.testing.toolbox import ok
from sre_agent.testing.world import World

CULPRIT = "core"
"""The role whose release is bad; its caller's alert is what opens the incident."""

_RELEASED_AGO_S = 90.0


class InstantToolbox(ports.Toolbox):
    """Tells of a bad release until it is rolled back, from answers it made before.

    The first incident makes the answers; every other one gets the very same, because its clock
    starts at the same moment.
    """

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.is_repaired = False
        self._answers: dict[tuple[str, datetime, bool], ToolResult] = {}
        self._toolboxes: dict[tuple[datetime, bool], FakeToolbox] = {}

    def begin(self, clock: FakeClock) -> None:
        """Break the world again, for an incident with a clock of its own."""
        self.clock = clock
        self.is_repaired = False

    @override
    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Answer from what is known of this moment."""
        moment = self.clock.now()
        key = (str(call), moment, self.is_repaired)
        if key not in self._answers:
            self._answers[key] = await self._look(moment).read(call, deadline_s=deadline_s)
        return self._answers[key]

    @override
    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Answer a dry run."""
        hashes = {"state_sha256": "5" * 64, "result_sha256": "7" * 64}
        facts = {**hashes, "uid": "uid-1", "changes": [f"template of {call}"]}
        return ok({**facts, "warnings": []}, observed_at=self.clock.now())

    @override
    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        """Repair the world."""
        self.is_repaired = True
        return ok({"outcome": "applied", "detail": str(call)}, observed_at=self.clock.now())

    def _look(self, moment: datetime) -> FakeToolbox:
        key = (moment, self.is_repaired)
        if key not in self._toolboxes:
            self._toolboxes[key] = views.toolbox(world(moment, is_repaired=self.is_repaired))
        return self._toolboxes[key]


class InstantSigner(ports.Signer):
    """Grants everything, without a key."""

    @override
    async def mint(self, incident_id: IncidentId, action_id: ActionId) -> ports.Grant:
        """Return a grant that nobody checks."""
        return ports.Grant(id=f"grt-{incident_id}-{action_id}", token="none")


def world(moment: datetime = START, *, is_repaired: bool = False) -> World:
    """Return five services, one with a bad release, as they are at a moment."""
    made = World(seed=1, now=START)
    made.release(CULPRIT, _RELEASED_AGO_S, error_ratio=0.4)
    if is_repaired:
        made.release(CULPRIT, 0.0)
    made.now = moment
    return made
