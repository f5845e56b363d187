"""One worker serves every organization: what it does for one is done in that one's name."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import sqlalchemy as sa
from langgraph.checkpoint.memory import InMemorySaver
from past import Past
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.bootstrap import worker
from backend.db import approval_rows, approvals, incident_rows, journal, switch, tenancy
from backend.db.admission.admit import admit
from backend.db.admission.arrivals import Arrival
from backend.db.tenancy import Tenant
from backend.jobs.runner import Runner
from backend.settings.worker import WorkerSettings
from backend.signer import keys
from backend.signer.app import create_app
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from benchmarks.simulation import CULPRIT, InstantToolbox, world
from sre_agent import ports
from sre_agent.config import permissions
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.graph import build
from sre_agent.testing import FakeClock
from sre_agent.tools.endpoint import Endpoint

OWN, GUEST = Tenant("default", "default"), Tenant("guest", "east")
BEA = Actor(name="bea", role=Role.APPROVER, org_id=GUEST.org_id)
SECRET = SecretStr("a secret of the tests")


class OnlyTheGuests:
    """The servers of the guest's cluster; whoever asks for another one's is wrong here."""

    def __init__(self, toolbox: ports.Toolbox) -> None:
        self.toolbox = toolbox
        self.servers: dict[str, Endpoint] = {}

    def of(self, tenant: Tenant) -> ports.Toolbox:
        assert tenant == GUEST
        return self.toolbox

    async def endpoints(self, tenant: Tenant) -> dict[str, Endpoint]:
        assert tenant == GUEST
        return self.servers


@dataclass
class Platform:
    """The installation of one organization, and the cluster of another in trouble."""

    engine: AsyncEngine
    clock: FakeClock
    toolbox: InstantToolbox
    runner: Runner
    clusters: OnlyTheGuests

    async def suffer(self) -> IncidentId:
        """Let the guest's alert arrive."""
        incident = world().incident(CULPRIT)
        arrival = Arrival(alert=incident.alerts[0], service=incident.service)
        async with self.engine.begin() as connection:
            [receipt] = await admit(connection, GUEST, [arrival], now=self.clock.now())
        assert receipt.incident_id is not None
        return receipt.incident_id

    async def work(self, id_: IncidentId) -> IncidentStatus:
        """Carry the run on as a worker does, and return where the incident stands then."""
        await self.runner.advance(id_, attempt=0)
        async with self.engine.connect() as connection:
            return (await incident_rows.load(connection, id_, org_id=GUEST.org_id)).status

    async def approve(self, id_: IncidentId) -> None:
        async with self.engine.connect() as connection:
            waiting = await approval_rows.find(connection, incident_id=id_, is_open=True)
        assert waiting is not None
        answer = approvals.Answer(waiting.id, Verdict.APPROVED, BEA, "api", reason="r")
        await approvals.decide(self.engine, answer, now=self.clock.now())

    async def halt(self, tenant: Tenant) -> None:
        async with self.engine.begin() as connection:
            await switch.throw(
                connection,
                tenant.org_id,
                switch.Throw(is_halted=True, actor="ann", reason="freeze"),
                now=self.clock.now(),
            )

    async def payload(self, id_: IncidentId, kind: EventKind) -> dict[str, Any]:
        async with self.engine.connect() as connection:
            return (await journal.read(connection, id_, kind=kind))[-1].payload

    async def owners(self, table: str) -> set[str]:
        async with self.engine.connect() as connection:
            query = sa.text(f"SELECT org_id FROM {table}")  # noqa: S608 - a name of ours
            return set((await connection.execute(query)).scalars())


@pytest.fixture
async def platform(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> AsyncIterator[Platform]:
    clock, toolbox = FakeClock(), InstantToolbox()
    toolbox.begin(clock)
    settings = WorkerSettings(
        database_url=database_url,
        signer_token=SECRET,
        incidents_dir=tmp_path,
        verification_hold_seconds=10,
        verification_deadline_seconds=90,
    )
    async with engine.begin() as connection:
        await tenancy.register(connection, **vars(GUEST), now=clock.now())
    key = keys.generate(tmp_path / "key.pem")
    mint = Mint(engine=engine, clock=clock, key=key, policy=permissions.load_rules(), ttl_s=300)
    transport = httpx.ASGITransport(app=create_app(mint, SECRET))
    async with httpx.AsyncClient(transport=transport) as http:
        signer = SignerClient(http, "http://signer/", SECRET)
        context = worker.run_context(settings, engine, clock, toolbox, signer)
        clusters = OnlyTheGuests(toolbox)
        runner = Runner(build.build(InMemorySaver()), context, cast("Any", clusters))
        yield Platform(engine, clock, toolbox, runner, clusters)


@pytest.mark.parametrize("systems", [("kubernetes",), ("kubernetes", "github"), ("jaeger",)])
async def test_those_are_sent_whom_the_incident_s_cluster_has_a_server_for(
    systems: tuple[str, ...], platform: Platform
) -> None:
    platform.clusters.servers = dict.fromkeys(systems, Endpoint("http://127.0.0.1:9/mcp", "t"))
    incident = await platform.suffer()

    await platform.work(incident)

    selected = (await platform.payload(incident, EventKind.SPECIALISTS_SELECTED))["selected"]
    sent = {item["specialist"] for item in selected}
    assert {"kubernetes", "metrics", "logs"} <= sent  # what they cannot see is a gap to be told
    assert ("github" in sent, "traces" in sent) == ("github" in systems, "jaeger" in systems)


async def test_an_incident_of_another_organization_is_repaired_in_its_name(
    platform: Platform,
) -> None:
    await platform.halt(OWN)  # the guest's writing is the guest's to halt
    incident = await platform.suffer()

    planned = await platform.work(incident)
    await platform.approve(incident)
    ended = await platform.work(incident)

    assert (planned, ended) == (IncidentStatus.AWAITING_APPROVAL, IncidentStatus.RESOLVED)
    assert platform.toolbox.is_repaired
    claims = (await platform.payload(incident, EventKind.GRANT_MINTED))["claims"]
    assert claims["sub"].startswith(f"{GUEST.org_id}/{incident}/")
    assert claims["aud"].endswith(f":{GUEST.cluster_id}")
    for table in ("outbox", "grants", "reports"):
        assert await platform.owners(table) == {GUEST.org_id}


async def test_a_halt_of_the_organization_stops_its_own_incident(platform: Platform) -> None:
    incident = await platform.suffer()
    await platform.work(incident)
    await platform.approve(incident)
    await platform.halt(GUEST)

    ended = await platform.work(incident)

    assert ended is IncidentStatus.ESCALATED
    assert not platform.toolbox.is_repaired
    reason = (await platform.payload(incident, EventKind.ESCALATED))["reason"]
    assert "halted by ann: freeze" in reason


async def test_only_the_organization_s_own_past_is_remembered(platform: Platform) -> None:
    past = Past(platform.engine, world())
    await past.happen("inc-ours", CULPRIT)
    await past.happen("inc-theirs", CULPRIT, org_id=GUEST.org_id)

    incident = await platform.suffer()
    await platform.work(incident)

    async with platform.engine.connect() as connection:
        added = await journal.read(connection, incident, kind=EventKind.EVIDENCE_ADDED)
    told = " ".join(str(event.payload) for event in added)
    assert "inc-theirs" in told
    assert "inc-ours" not in told
