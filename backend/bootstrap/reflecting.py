"""Who is asked for a second opinion in a worker: a mind on the organization's account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.llm.budgets import Budgets
from backend.llm.ledger import PostgresLedger
from backend.llm.reflecting import reflector_of
from backend.settings import WorkerSettings
from sre_agent import ports
from sre_agent.llm.reflector import Reflector


@asynccontextmanager
async def open_reflector(
    settings: WorkerSettings, engine: AsyncEngine, clock: ports.Clock
) -> AsyncIterator[Reflector | None]:
    """Yield what asks the mind that the settings choose; None is a platform without models.

    Raises:
        SettingsError: A provider is named, and something that it needs is missing.
    """
    ledger = PostgresLedger(engine, Budgets.of(settings))
    async with reflector_of(settings, ledger, clock, settings.secrets_key) as found:
        yield found
