"""One model, asked once: whatever its server and its client do, an answer or a reason comes back."""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from sre_agent.llm import exchange as exchanges
from sre_agent.llm import reading
from sre_agent.llm.door import Door
from sre_agent.llm.exchange import Exchange
from sre_agent.llm.mind import (
    Answer,
    Mind,
    MindAnswerInvalidError,
    MindError,
    MindUnavailableError,
    Question,
    Spent,
    Usage,
)
from sre_agent.llm.providers import clients, shaping
from sre_agent.llm.providers.kinds import Structured
from sre_agent.llm.providers.place import Place
from sre_agent.tools import transport

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

_BYTES_PER_TOKEN = 32
"""A token of an answer has four or five bytes, twice as many where they are escaped; here is room for more."""

_STREAMED_BYTES_PER_TOKEN = 1024
"""Streams wrap each token in some hundred bytes."""

_BYTES_AROUND = 64 * 1024

_CANNOT_KEEP = frozenset({400, 422})
"""How a server says, among other things, that it knows no schemas."""


class Chat(Mind):
    """A model at a place. `close` it where it was opened."""

    def __init__(self, place: Place, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._monotonic = monotonic
        self._structured = place.provider.structured
        self._opening = asyncio.Lock()
        self._door: Door | None = None
        self._client: BaseChatModel | None = None

    @property
    @override
    def name(self) -> str:
        return self._place.name

    @property
    @override
    def is_local(self) -> bool:
        return self._place.is_local

    @override
    async def ask(self, question: Question) -> Answer:
        started, room = self._monotonic(), question.max_output_tokens
        exchange = Exchange(
            ends_at=started + question.deadline_s,
            max_bytes=_BYTES_AROUND + room * _BYTES_PER_TOKEN,
            max_streamed_bytes=_BYTES_AROUND + room * _STREAMED_BYTES_PER_TOKEN,
        )
        token = exchanges.current.set(exchange)
        spent: list[Usage] = []
        try:
            async with asyncio.timeout(question.deadline_s):
                message = await self._asked(question, exchange)
            spent.append(reading.usage(message, reading.told_by(question)))
            return self._read(message, question, spent[0], self._monotonic() - started)
        except TimeoutError:
            told = f"{self.name} did not answer within {question.deadline_s:g} s"
            raise self._with(MindUnavailableError(told), question, started, spent) from None
        except MindError as error:
            raise self._with(error, question, started, spent) from None
        except asyncio.CancelledError:
            spent.append(self._given_up(question, exchange))
            raise
        finally:
            exchanges.current.reset(token)
            self._note(spent, started)

    async def load(self) -> None:
        """Load the provider's client ahead of the first question, which else waits for it."""
        await self._opened()

    async def close(self) -> None:
        """Close the connections to its server."""
        if self._door is not None:
            await self._door.aclose()

    async def _asked(self, question: Question, exchange: Exchange) -> "AIMessage":
        client = await self._opened()
        try:
            return await self._sent(client, question)
        except MindError:
            if not self._knows_no_schemas(question, exchange):
                raise
        self._structured = Structured.TOLD
        exchange.fault = None
        return await self._sent(client, question)

    async def _sent(self, client: "BaseChatModel", question: Question) -> "AIMessage":
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage  # noqa: PLC0415
        from langsmith import tracing_context  # noqa: PLC0415

        system = shaping.system_text(question, self._place, self._structured)
        messages: list[BaseMessage] = [SystemMessage(system), HumanMessage(question.user)]
        options = shaping.options(question, self._place, self._structured)
        asked: Any = client
        if question.tools:
            asked = client.bind_tools(shaping.tools(question))
        try:
            # What a shell exports does not make us tell a stranger what is asked and answered.
            with tracing_context(enabled=False):
                message = await asked.ainvoke(messages, **options)
        except Exception as error:  # noqa: BLE001 - strangers' code over a stranger's bytes: anything
            fault = exchanges.current.get().fault
            told = f"the answer of {self.name} cannot be read ({type(error).__name__})"
            raise fault or MindAnswerInvalidError(told) from None
        if not isinstance(message, AIMessage):
            raise MindAnswerInvalidError(f"the answer of {self.name} is no message")
        return message

    async def _opened(self) -> "BaseChatModel":
        """Return the client; loading it takes so long that nothing else may wait for it."""
        async with self._opening:
            if self._client is None:
                self._door = Door(
                    self._place,
                    transport.opened(await asyncio.to_thread(ssl.create_default_context)),
                    monotonic=self._monotonic,
                )
                self._client = await asyncio.to_thread(clients.client, self._place, self._door)
            return self._client

    def _read(
        self, message: "AIMessage", question: Question, usage: Usage, seconds: float
    ) -> Answer:
        reading.check_size(message)
        reading.check_end(message)
        around: dict[str, Any] = {
            "usage": usage,
            "model": self.name,
            "seconds": seconds,
            "served_by": reading.served_by(message),
            "finish": reading.finish(message),
        }
        if question.schema is not None:
            return Answer(value=reading.value(message, question.schema), **around)
        calls = reading.tool_requests(message, question)
        text = "" if calls else reading.text(message)
        if not calls and not text.strip():
            raise MindAnswerInvalidError("the answer is empty")
        return Answer(text=text, tool_calls=calls, **around)

    def _knows_no_schemas(self, question: Question, exchange: Exchange) -> bool:
        return (
            question.schema is not None
            and self._structured is not Structured.TOLD
            and exchange.status in _CANNOT_KEEP
        )

    def _with(
        self, error: MindError, question: Question, started: float, counted: list[Usage]
    ) -> MindError:
        """Return the error with what the try took: a provider may bill what never arrived."""
        if not counted:
            counted.append(self._lost(error, question))
        seconds = self._monotonic() - started
        error.spending = (Spent(model=self.name, usage=counted[0], seconds=seconds),)
        return error

    def _note(self, counted: list[Usage], started: float) -> None:
        """Note what the exchange took for whoever counts it, should no answer and no error tell."""
        taken, seconds = exchanges.taken.get(), self._monotonic() - started
        if taken is not None:
            taken.extend(Spent(model=self.name, usage=item, seconds=seconds) for item in counted)

    def _lost(self, error: MindError, question: Question) -> Usage:
        """Return what may have been used up by a try of which nothing arrived."""
        exchange = exchanges.current.get()
        status, is_lost = exchange.status, exchange.is_sent and exchange.status is None
        reached = status == 200 or (is_lost and isinstance(error, MindUnavailableError))
        if not reached:
            return Usage()
        return Usage(
            input_tokens=reading.estimated(*reading.told_by(question)),
            output_tokens=question.max_output_tokens if status == 200 else 0,
            is_estimated=True,
        )

    def _given_up(self, question: Question, exchange: Exchange) -> Usage:
        """Return what may be used up by a try that nobody waits for any more: its answer may be under way."""
        if not exchange.is_sent or exchange.status not in {None, 200}:
            return Usage()
        return Usage(
            input_tokens=reading.estimated(*reading.told_by(question)),
            output_tokens=question.max_output_tokens,
            is_estimated=True,
        )
