"""The model that the platform asks, put together: door, second try, larger model, breaker, who watches."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from backend.llm import choosing
from backend.llm.tracing import destinations
from backend.llm.tracing.destinations import Destination
from backend.settings.llm import LlmSettings
from sre_agent.llm.breaker import Breaker
from sre_agent.llm.chat import Chat
from sre_agent.llm.mind import Mind
from sre_agent.llm.providers.place import Place
from sre_agent.llm.spans import Spans
from sre_agent.llm.tries import Escalating, Repairing
from sre_agent.llm.watched import WatchedExchange

_log = structlog.get_logger()

_TRIES = 2
"""A model is asked once and, where its answer cannot be used, once more."""


@dataclass(frozen=True)
class Opened:
    """A mind, how many exchanges one question to it may hold, and which models beside the first.

    `spans` is who watches; without a collector nobody does.
    """

    mind: Mind
    exchanges: int
    larger: tuple[str, ...] = ()
    spans: Spans | None = None


@asynccontextmanager
async def open_mind(settings: LlmSettings) -> AsyncIterator[Opened | None]:
    """Yield the mind that the settings choose; None is a platform without models.

    Nobody is asked before the first question; the provider's client loads meanwhile.

    Raises:
        SettingsError: A provider or a collector is named, and something that it needs is missing.
    """
    told = destinations.chosen(settings)
    choice = await choosing.choose(settings)
    if choice is None:
        yield None
        return
    if choice.lack:
        _log.warning("larger_model_missing", told=choice.lack)
    async with AsyncExitStack() as stack:
        spans = await _watching(told, stack)
        small = _one(choice.small, stack, spans)
        if choice.large is None:
            yield Opened(small, _TRIES, spans=spans)
        else:
            large = _one(choice.large, stack, spans)
            yield Opened(Escalating(small, large), 2 * _TRIES, (large.name,), spans)


async def _watching(told: tuple[Destination, ...], stack: AsyncExitStack) -> Spans | None:
    if not told:
        return None
    # A platform that tells nobody does not load what telling takes.
    from backend.llm.tracing import collecting  # noqa: PLC0415

    return await stack.enter_async_context(collecting.open_spans(told))


def _one(place: Place, stack: AsyncExitStack, spans: Spans | None) -> Mind:
    chat = Chat(place)
    stack.push_async_callback(chat.close)
    loading = asyncio.create_task(chat.load())
    stack.callback(loading.cancel)
    asked = chat if spans is None else WatchedExchange(chat, place, spans)
    return Repairing(Breaker(asked))
