"""Who is asked what of a language model, looked for again where nobody was there."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self

from backend.llm.roles import NO_ROLES, Roles
from sre_agent.graph.context import RunContext

LOOK_AGAIN_S = 60.0
"""A model that was not there may have been started since."""


class Roster:
    """The roles of a worker, each run's as they are when it goes on; use it as an async context manager.

    Args:
        open_: looks for a model, and opens what asks it.
        is_searching: whether it is looked for again, once a minute at most, while there is none.
    """

    def __init__(
        self, open_: Callable[[], AbstractAsyncContextManager[Roles]], *, is_searching: bool
    ) -> None:
        self._open = open_
        self._is_searching = is_searching
        self._roles = NO_ROLES
        self._looked_at = 0.0
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._look()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def now(self) -> Roles:
        """Return who is asked from now on."""
        if self._is_searching and self._roles is NO_ROLES:
            async with self._lock:
                if self._roles is NO_ROLES and _now() - self._looked_at >= LOOK_AGAIN_S:
                    await self._look()
        return self._roles

    async def _look(self) -> None:
        self._looked_at = _now()
        async with AsyncExitStack() as opened:
            self._roles = await opened.enter_async_context(self._open())
            if self._roles is not NO_ROLES:
                self._stack.push_async_exit(opened.pop_all())


def filled(context: RunContext, roles: Roles) -> RunContext:
    """Return what a run is given, with who is asked in it."""
    return replace(
        context,
        inquirer=roles.specialists,
        reflector=roles.reflector,
        chooser=roles.planner,
        reporter=roles.reporter,
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
