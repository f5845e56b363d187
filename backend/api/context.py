"""What the routes are given, and the types by which they ask for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from backend.accounts.passwords import Passwords
from backend.api.live.newsroom import Newsroom
from backend.api.recent import Recent
from backend.api.walks import Walks
from backend.ask.desk import AskDesk
from backend.brakes.judging import Brakes
from backend.clusters.connecting import Registry
from backend.clusters.health import Nurse
from backend.clusters.toolboxes import Toolboxes
from backend.db.admission import AdmissionDesk, Tenant
from backend.service_file import ServiceFile
from backend.settings.api import ApiSettings
from sre_agent import ports

Check = Callable[[], Awaitable[None]]
"""Something that must hold before we are ready; it raises when it does not."""


@dataclass(frozen=True, kw_only=True)
class ApiContext:
    """The parts that live as long as the application."""

    settings: ApiSettings
    engine: AsyncEngine
    clock: ports.Clock
    tenant: Tenant
    desk: AdmissionDesk
    newsroom: Newsroom
    passwords: Passwords
    toolboxes: Toolboxes
    registry: Registry
    nurse: Nurse
    recent: Recent
    walks: Walks
    brakes: Brakes
    asking: AskDesk
    services: ServiceFile
    checks: Mapping[str, Check]


def find_context(connection: HTTPConnection) -> ApiContext:
    """Return the application's parts, to a request or a WebSocket."""
    context: ApiContext = connection.app.state.context
    return context


Context = Annotated[ApiContext, Depends(find_context)]
