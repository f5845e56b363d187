"""The application: its parts, its routes, its errors."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import halting
from backend.accounts.passwords import Passwords
from backend.api import metrics
from backend.api.bounds import BoundedBodies
from backend.api.context import ApiContext, Check
from backend.api.headers import ProtectiveHeaders
from backend.api.live.newsroom import open_newsroom
from backend.api.live.pace import Pace
from backend.api.pages import Pages
from backend.api.recent import Recent
from backend.api.routes import new_app
from backend.api.walks import Walks
from backend.ask.desk import AskDesk
from backend.ask.minds import PeopleMinds
from backend.brakes.judging import Brakes
from backend.clock import SystemClock
from backend.clusters.connecting import Registry
from backend.clusters.health import Nurse
from backend.clusters.sealing import Seal
from backend.clusters.toolboxes import Toolboxes
from backend.db import tenancy
from backend.db.admission import AdmissionDesk, Tenant
from backend.service_file import ServiceFile
from backend.settings.api import ApiSettings
from sre_agent import ports
from sre_agent.config import permissions


def create_app(
    settings: ApiSettings,
    engine: AsyncEngine,
    *,
    clock: ports.Clock | None = None,
    checks: Mapping[str, Check] | None = None,
    passwords: Passwords | None = None,
    pace: Pace | None = None,
) -> FastAPI:
    """Return the application; its parts start and end with it.

    Args:
        settings: The platform's settings.
        engine: The database; whoever made it disposes of it.
        clock: The time; the machine's when not given.
        checks: What else must hold before `/ready` says yes, by name.
        passwords: What hashes passwords; slowly, with argon2id, when not given.
        pace: What following live waits for; as people need it when not given.
    """
    clock = clock or SystemClock()
    tenant = Tenant(org_id=settings.org_id, cluster_id=settings.cluster_id)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await tenancy.register(
                connection, org_id=tenant.org_id, cluster_id=tenant.cluster_id, now=clock.now()
            )
        await halting.restore(engine, tenant, settings.mcp_halt_file)
        async with (
            AdmissionDesk(engine, clock, tenant) as desk,
            open_newsroom(settings, engine, pace or Pace()) as newsroom,
            Toolboxes(engine, clock, settings) as toolboxes,
            Walks() as walks,
            PeopleMinds(settings, engine, clock) as minds,
        ):
            services = ServiceFile.of_settings(settings)
            app.state.context = ApiContext(
                settings=settings,
                engine=engine,
                clock=clock,
                tenant=tenant,
                desk=desk,
                brakes=Brakes.of(settings),
                newsroom=newsroom,
                passwords=passwords or Passwords(),
                toolboxes=toolboxes,
                registry=_registry(settings, engine, clock),
                nurse=Nurse(clock),
                recent=Recent(metrics.LIFETIME_S),
                walks=walks,
                asking=AskDesk(
                    engine=engine,
                    clock=clock,
                    toolboxes=toolboxes,
                    own=tenant,
                    services=services,
                    minds=minds,
                ),
                services=services,
                checks=checks or {},
            )
            yield

    app = new_app(lifespan)
    app.add_middleware(BoundedBodies)
    app.router.default = Pages(settings.dashboard_dir, app.router.not_found)
    app.add_middleware(ProtectiveHeaders)
    return app


def _registry(settings: ApiSettings, engine: AsyncEngine, clock: ports.Clock) -> Registry:
    return Registry(
        engine=engine,
        clock=clock,
        own=Tenant(settings.org_id, settings.cluster_id),
        seal=Seal(settings.secrets_key),
        load_allowlist=lambda: permissions.load_allow_list(settings.agent_config),
    )
