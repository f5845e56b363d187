"""What one incident proves, the next one is told: through the graph, on a real database."""

import secrets
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from langgraph.checkpoint.memory import InMemorySaver
from past import multiply
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.bootstrap import worker
from backend.db import approval_rows, approvals, journal, reports, verdicts
from backend.db.admission.admit import admit
from backend.db.admission.arrivals import Arrival
from backend.db.tenancy import Tenant
from backend.jobs.runner import Runner
from backend.settings.worker import WorkerSettings
from benchmarks.simulation import CULPRIT, InstantSigner, InstantToolbox, world
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.verdict import CauseVerdict, Judgement
from sre_agent.graph import build
from sre_agent.testing import FakeClock

ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")


class Platform:
    """A worker in a world that has the same bad release again and again."""

    def __init__(self, settings: WorkerSettings, engine: AsyncEngine) -> None:
        self.engine = engine
        self.settings = settings
        self.toolbox = InstantToolbox()
        self.graph = build.build(InMemorySaver())

    async def suffer(self, verdict: Verdict) -> IncidentId:
        """Live through an incident, from its alert to its report."""
        clock = FakeClock()
        self.toolbox.begin(clock)
        context = worker.run_context(
            self.settings, self.engine, clock, self.toolbox, InstantSigner()
        )
        runner = Runner(self.graph, context)
        incident = world().incident(CULPRIT)
        alert = incident.alerts[0].model_copy(update={"fingerprint": secrets.token_hex(8)})
        async with self.engine.begin() as connection:
            # Long enough ago that nothing takes the next alert for an echo of the last one.
            await connection.execute(
                sa.text("UPDATE incidents SET ended_at = ended_at - interval '1 day'")
            )
            [receipt] = await admit(
                connection,
                Tenant("default", "default"),
                [Arrival(alert=alert, service=incident.service)],
                now=clock.now(),
            )
        assert receipt.incident_id is not None
        await runner.advance(receipt.incident_id, attempt=0)
        await self._decide(receipt.incident_id, verdict, clock)
        await runner.advance(receipt.incident_id, attempt=0)
        return receipt.incident_id

    async def _decide(self, id_: IncidentId, verdict: Verdict, clock: FakeClock) -> None:
        async with self.engine.connect() as connection:
            waiting = await approval_rows.find(connection, incident_id=id_, is_open=True)
        assert waiting is not None
        answer = approvals.Answer(waiting.id, verdict, ANN, "api", reason="r")
        await approvals.decide(self.engine, answer, now=clock.now())

    async def judge(self, id_: IncidentId, verdict: CauseVerdict) -> None:
        said = verdicts.Said(verdict=verdict, actor=ANN, channel="api")
        async with self.engine.begin() as connection:
            await verdicts.give(connection, id_, said, now=FakeClock().now())

    async def log(self, id_: IncidentId) -> list[Event]:
        async with self.engine.connect() as connection:
            return await journal.read(connection, id_)

    async def precedents(self, id_: IncidentId) -> dict[str, str]:
        """Return what past incidents say about the cause that was named last."""
        ranked = [e for e in await self.log(id_) if e.kind is EventKind.CAUSES_RANKED][-1]
        top = Diagnosis.model_validate(ranked.payload["diagnosis"]).causes[0]
        return {
            item.rule: item.statement for item in top.findings if item.rule.startswith("precedent.")
        }


@pytest.fixture
def platform(engine: AsyncEngine, database_url: str, tmp_path: Path) -> Platform:
    settings = WorkerSettings(
        database_url=database_url,
        signer_token=SecretStr(secrets.token_hex(16)),
        incidents_dir=tmp_path,
        verification_hold_seconds=10,
        verification_deadline_seconds=90,
    )
    return Platform(settings, engine)


async def test_a_verified_repair_speaks_for_the_same_cause_next_time(platform: Platform) -> None:
    first = await platform.suffer(Verdict.APPROVED)

    second = await platform.suffer(Verdict.REJECTED)

    assert await platform.precedents(first) == {}
    [(rule, statement)] = (await platform.precedents(second)).items()
    assert rule == "precedent.confirmed"
    assert first in statement
    assert "verified" in statement
    async with platform.engine.connect() as connection:
        report = await reports.find(connection, second)
    assert report is not None
    assert f"## Seen before\n\n- {first}" in report


async def test_a_rejected_plan_proves_nothing(platform: Platform) -> None:
    await platform.suffer(Verdict.REJECTED)

    second = await platform.suffer(Verdict.REJECTED)

    assert await platform.precedents(second) == {}


async def test_a_verdict_speaks_against_the_cause_next_time_and_is_cited(
    platform: Platform,
) -> None:
    first = await platform.suffer(Verdict.APPROVED)
    await platform.judge(
        first,
        CauseVerdict(judgement=Judgement.WRONG, actual_class=FaultClass.OUT_OF_MEMORY, note="n"),
    )

    second = await platform.suffer(Verdict.APPROVED)

    [(rule, statement)] = (await platform.precedents(second)).items()
    assert rule == "precedent.refuted"
    assert first in statement
    assert "wrong according to ann" in statement
    context: Any = worker.run_context(
        platform.settings, platform.engine, FakeClock(), platform.toolbox, InstantSigner()
    )
    ended = await context.incidents.load(second)
    assert ended.status is IncidentStatus.RESOLVED, "fresh evidence is stronger"


async def test_many_verified_incidents_teach_what_alerts_like_these_come_from(
    platform: Platform,
) -> None:
    first = await platform.suffer(Verdict.APPROVED)
    await multiply(platform.engine, first, 25)

    second = await platform.suffer(Verdict.REJECTED)

    told = await platform.precedents(second)
    assert "26 verified past incidents of this cluster" in told["precedent.learned"]
    [taught] = [
        event.payload["evidence"]
        for event in await platform.log(second)
        if event.kind is EventKind.EVIDENCE_ADDED
        and event.payload["evidence"]["kind"] == "memory.alert_patterns"
    ]
    assert taught["facts"]["learned_from"] == 26


async def test_however_many_incidents_nobody_verified_teach_nothing(platform: Platform) -> None:
    first = await platform.suffer(Verdict.REJECTED)
    await multiply(platform.engine, first, 40)

    second = await platform.suffer(Verdict.REJECTED)

    assert await platform.precedents(second) == {}
