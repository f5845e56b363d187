"""Runbooks in a Notion that is served here, and waits that take no time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from notion_server import (
    DATABASE,
    TOKEN,
    Workspace,
    date,
    multi_select,
    page,
    people,
    rich,
    select,
    serving,
)

from mcp_servers.runbooks.notion.api import connect
from mcp_servers.runbooks.notion.source import NotionDatabase

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Sleeps:
    """Waits for nobody, and keeps for how long it was told to."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@asynccontextmanager
async def opened(
    workspace: Workspace,
    *,
    token: str = TOKEN,
    database: str = DATABASE,
    sleep: Callable[[float], Awaitable[None]] | None = None,
) -> AsyncIterator[NotionDatabase]:
    async with serving(workspace) as url:
        api = replace(connect(url, token), sleep=sleep or Sleeps())
        source = NotionDatabase(api, database, lambda: NOW)
        try:
            yield source
        finally:
            await source.close()


def full_page() -> dict[str, object]:
    return page(
        "Ledger refuses orders",
        {
            "Service": select("ledger"),
            "Alerts": multi_select("LedgerDown", "HighErrorRate"),
            "Fault class": rich("missing_configuration, crash_loop"),
            "Owner": people("Ada", "Grace"),
            "Last validated": date("2026-10-01T09:30:00.000+02:00"),
            "Priority": {"id": "z", "type": "number", "number": 3},
        },
    )
