"""What the operator's file says of services stands in the log of a worker's run, and of no other organization's."""

from pathlib import Path
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.bootstrap import worker
from backend.clock import SystemClock
from backend.clusters.toolboxes import Toolboxes
from backend.db import incident_rows, journal, tenancy
from backend.db.admission.manual import open_manually
from backend.db.tenancy import Tenant
from backend.jobs.runner import Runner
from backend.settings.worker import WorkerSettings
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.graph import build

OWN, OTHER = Tenant("default", "default"), Tenant("other", "default")
NOBODY: Any = None
"""Signs, where nothing is written."""


async def test_a_worker_files_what_concerns_an_incident_of_its_own_organization(
    database_url: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    clock = SystemClock()
    file = tmp_path / "services.yaml"
    file.write_text(
        "services: [{service: front, repository: acme/front, owners: [ines]}, {service: back, owners: [a]}]"
    )
    settings = WorkerSettings(
        database_url=database_url,
        signer_token=SecretStr("s" * 24),
        incidents_dir=tmp_path,
        max_investigation_rounds=1,
        services_file=file,
    )
    async with Toolboxes(engine, clock, settings) as toolboxes:
        context = worker.run_context(settings, engine, clock, toolboxes.of(OWN), NOBODY)
        runner = Runner(build.build(InMemorySaver()), context, toolboxes)
        own, other = [await suffer(engine, tenant) for tenant in (OWN, OTHER)]
        await runner.advance(own, attempt=0)
    async with engine.connect() as connection:
        added = await journal.read(connection, own, kind=EventKind.EVIDENCE_ADDED)
        theirs = await incident_rows.load(connection, other)

    found = [event.payload["evidence"] for event in added]
    [evidence] = [item for item in found if item["kind"] == "services.entries"]
    [entry] = evidence["facts"]["entries"]
    said = (entry["service"], entry["repository"], entry["paths"], entry["owners"])
    assert said == ("front", "acme/front", ["/"], ["ines"])
    assert evidence["summary"] == "services.yaml tells of front"
    assert context.services is not None
    assert await context.services.of(theirs) is None


async def suffer(engine: AsyncEngine, tenant: Tenant) -> IncidentId:
    """Open an incident of the service `front`."""
    now = SystemClock().now()
    async with engine.begin() as connection:
        await tenancy.register(
            connection, org_id=tenant.org_id, cluster_id=tenant.cluster_id, now=now
        )
        id_, _ = await open_manually(
            connection,
            tenant,
            service_key=("shop", "front"),
            actor="ann",
            reason="slow",
            now=now,
        )
    return id_
