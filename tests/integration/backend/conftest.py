"""What the backend's tests begin with: an incident, and a clock that stands where it is put."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from admission_scene import TENANT, Case
from sqlalchemy.ext.asyncio import AsyncEngine
from steering_scene import Steering, opened

from backend.db.admission import AdmissionDesk, Arrival
from backend.db.tables.incidents import incidents
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.ids import ActionId, EvidenceId, IncidentId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, DryRun, Plan, Risk, SignalBound, Verification
from sre_agent.domain.tools import ToolCall

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class StillClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


MakeIncident = Callable[..., Awaitable[IncidentId]]


@pytest.fixture
def make_incident(engine: AsyncEngine) -> MakeIncident:
    """A function that stores an incident without any events."""

    async def make(
        name: str = "inc-1", service: str = "web", status: str = "received"
    ) -> IncidentId:
        row = {
            "id": name,
            "org_id": "default",
            "cluster_id": "default",
            "namespace": "prod",
            "service": service,
            "title": "Errors",
            "severity": "critical",
            "status": status,
            "started_at": NOW,
            "opened_at": NOW,
            "last_at": NOW,
        }
        async with engine.begin() as connection:
            await connection.execute(sa.insert(incidents).values(row))
        return IncidentId(name)

    return make


@pytest.fixture
def plan() -> Plan:
    """A rollback of one deployment, rehearsed."""
    target = ObjectRef.deployment("prod", "web")
    arguments = {"namespace": "prod", "name": "web", "to_revision": 1}
    action = Action(
        id=ActionId("act-1"),
        call=ToolCall(server="kubernetes", tool="rollback_rollout", arguments=arguments),
        target=target,
        risk=Risk.MEDIUM,
        rationale="Revision 2 fails",
        evidence_ids=(EvidenceId("ev-1"),),
        blast_radius=BlastRadius(pods=2, callers=(), statement="two pods"),
        inverse=None,
        verification=Verification(
            object=target,
            bounds=(SignalBound(namespace="prod", service="web", error_ratio_max=0.05),),
            hold_s=10,
            deadline_s=60,
        ),
        dry_run=DryRun(
            state_sha256="5" * 64, result_sha256="7" * 64, uid="uid-1", changes=("image",)
        ),
    )
    return Plan(
        playbook="rollback",
        fault_class="bad_release",
        cause_object=target,
        confidence=0.9,
        summary="Roll web back to revision 1",
        actions=(action,),
    )


@pytest.fixture
async def steering(
    engine: AsyncEngine, database_url: str, clock: Any, tmp_path: Path
) -> AsyncIterator[Steering]:
    """The API as people steer by it, and the incidents behind it."""
    async with opened(engine, database_url, clock, tmp_path) as found:
        yield found


@pytest.fixture
async def desk(engine: AsyncEngine, clock: Any) -> AsyncIterator[AdmissionDesk]:
    async with AdmissionDesk(engine, clock, TENANT) as desk:
        yield desk


@pytest.fixture
async def case(engine: AsyncEngine, clock: Any, desk: AdmissionDesk) -> Case:
    return Case(engine, clock, desk)


@pytest.fixture
def arrive(clock: Any) -> Any:
    def make(fingerprint: str = "f1", service: str = "web", **changes: Any) -> Arrival:
        fields: dict[str, Any] = {
            "source": "alertmanager",
            "fingerprint": fingerprint,
            "status": AlertStatus.FIRING,
            "name": "HighErrorRate",
            "severity": Severity.WARNING,
            "labels": {"namespace": "prod", "service": service},
            "annotations": {"summary": "Errors"},
            "starts_at": clock.time - timedelta(minutes=1),
            "ends_at": None,
            "generator_url": "",
            "group_key": "g",
        }
        return Arrival(Alert(**{**fields, **changes}), service)

    return make
