"""What a model is asked to be in a worker: on the organization's account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.llm.budgets import Budgets
from backend.llm.ledger import PostgresLedger
from backend.llm.roles import Roles, roles_of
from backend.llm.roster import Roster
from backend.settings.llm import AUTO
from backend.settings.worker import WorkerSettings
from sre_agent import ports


@asynccontextmanager
async def open_roles(
    settings: WorkerSettings, engine: AsyncEngine, clock: ports.Clock
) -> AsyncIterator[Roles]:
    """Yield what asks the mind that the settings choose.

    Raises:
        SettingsError: A provider is named, and something that it needs is missing.
    """
    ledger = PostgresLedger(engine, Budgets.of(settings))
    async with roles_of(settings, ledger, clock, settings.secrets_key) as found:
        yield found


def roster_of(settings: WorkerSettings, engine: AsyncEngine, clock: ports.Clock) -> Roster:
    """Return who asks in each run; where the settings leave the model open, one that comes later too."""
    is_searching = settings.llm_provider == AUTO
    return Roster(lambda: open_roles(settings, engine, clock), is_searching=is_searching)
