"""The first administrator from the command line: no API is asked, since nobody can come in yet."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.accounts import first_admin
from backend.accounts.first_admin import Shown
from backend.accounts.passwords import Passwords
from backend.cli.plain import escape
from backend.cli.session import console, layout
from backend.cli.stack import environment, lifecycle
from backend.cli.stack.layout import Layout
from backend.clock import SystemClock
from backend.db.engine import create_engine
from backend.settings.accounts import AccountsSettings
from backend.settings.common import SettingsError

_T = TypeVar("_T")


def of_checkout(place: Layout) -> AccountsSettings:
    """Return the settings of this checkout's platform; the shell's variables play no part."""
    return AccountsSettings.of({**lifecycle.own_places(place), **environment.read(place.env_file)})


def of_machine() -> AccountsSettings:
    """Return the settings of the environment or, where they are silent, of the checkout that runs.

    Raises:
        SettingsError: No database is named, and none runs here.
    """
    try:
        return AccountsSettings.load()
    except SettingsError:
        place = layout()
        if "DATABASE_URL" in environment.read(place.env_file) or lifecycle.record(place) is None:
            raise
        return of_checkout(place)


def ensure(settings: AccountsSettings) -> Shown | None:
    """Make the first administrator; None when there is one."""

    async def act(engine: AsyncEngine, hasher: Passwords) -> Shown | None:
        now = SystemClock().now()
        return await first_admin.ensure(engine, hasher, org_id=settings.org_id, now=now)

    return _with_database(settings, act)


def rescue(settings: AccountsSettings, name: str) -> Shown:
    """Make someone an administrator who can sign in."""

    async def act(engine: AsyncEngine, hasher: Passwords) -> Shown:
        now = SystemClock().now()
        return await first_admin.rescue(engine, hasher, org_id=settings.org_id, name=name, now=now)

    return _with_database(settings, act)


def show(shown: Shown) -> None:
    """Print a name and its password, the only time."""
    console.print(
        f"  sign in as [bold]{escape(shown.name)}[/] with [bold]{escape(shown.password)}[/]",
        soft_wrap=True,
    )
    console.print("  [dim]shown this once; change it after you signed in[/]")


def _with_database(
    settings: AccountsSettings, act: Callable[[AsyncEngine, Passwords], Awaitable[_T]]
) -> _T:
    async def run() -> _T:
        engine = create_engine(settings.database_url)
        try:
            return await act(engine, Passwords())
        finally:
            await engine.dispose()

    return asyncio.run(run())
