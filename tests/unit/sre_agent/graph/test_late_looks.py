"""A worker that comes back long after the action still looks, for as long as a look takes."""

from dataclasses import replace

from run_scene import make_scene
from typing_extensions import override

from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.testing import FakeIncidents
from sre_agent.testing.world_clock import WorldClock

AWAY_S = 3600


class AwayBeforeVerifying(FakeIncidents):
    """Incidents of a platform that is away between the last action and the first look."""

    @override
    async def set_status(
        self, incident_id: IncidentId, status: IncidentStatus, *, reason: str, step_key: str
    ) -> None:
        await super().set_status(incident_id, status, reason=reason, step_key=step_key)
        if status is IncidentStatus.VERIFYING:
            assert isinstance(self.clock, WorldClock)
            await self.clock.sleep(AWAY_S)


async def test_a_worker_away_past_the_deadline_looks_and_finds_the_repair_good() -> None:
    scene = make_scene()
    away = AwayBeforeVerifying(scene.incidents.incident, scene.journal, scene.clock)
    scene = replace(scene, incidents=away)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert finished["result"] == "resolved"
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
