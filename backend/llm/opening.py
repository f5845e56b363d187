"""The model that the platform asks, put together: door, second try, larger model, breaker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from backend.llm import choosing
from backend.settings.llm import LlmSettings
from sre_agent.llm.breaker import Breaker
from sre_agent.llm.chat import Chat
from sre_agent.llm.mind import Mind
from sre_agent.llm.providers.place import Place
from sre_agent.llm.tries import Escalating, Repairing

_TRIES = 2
"""A model is asked once and, where its answer cannot be used, once more."""


@dataclass(frozen=True)
class Opened:
    """A mind, how many exchanges one question to it may hold, and which models beside the first."""

    mind: Mind
    exchanges: int
    larger: tuple[str, ...] = ()


@asynccontextmanager
async def open_mind(settings: LlmSettings) -> AsyncIterator[Opened | None]:
    """Yield the mind that the settings choose; None is a platform without models.

    Nobody is asked before the first question; the provider's client loads meanwhile.

    Raises:
        SettingsError: A provider is named, and something that it needs is missing.
    """
    choice = await choosing.choose(settings)
    if choice is None:
        yield None
        return
    async with AsyncExitStack() as stack:
        small = _one(choice.small, stack)
        if choice.large is None:
            yield Opened(small, _TRIES)
        else:
            large = _one(choice.large, stack)
            yield Opened(Escalating(small, large), 2 * _TRIES, (large.name,))


def _one(place: Place, stack: AsyncExitStack) -> Mind:
    chat = Chat(place)
    stack.push_async_callback(chat.close)
    loading = asyncio.create_task(chat.load())
    stack.callback(loading.cancel)
    return Repairing(Breaker(chat))
