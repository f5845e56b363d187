"""The door to a model's server: every request of every provider's client passes here and nowhere else.

The clients are strangers' code that reads the environment and trusts what it is sent. So they hold
no key, and here each request is held to the one place that was configured, is given the key, and
what comes back is bounded, never packed, and never leads elsewhere.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx2
from typing_extensions import override

from sre_agent.llm import exchange as exchanges
from sre_agent.llm.exchange import Exchange
from sre_agent.llm.mind import (
    MindAnswerInvalidError,
    MindError,
    MindRefusedError,
    MindUnavailableError,
)
from sre_agent.llm.providers.kinds import Protocol
from sre_agent.llm.providers.place import Place
from sre_agent.tools.transport import ServerRefusedError

MAX_TRIES = 3
_BACKOFF_S = 0.5
_RETRY_AFTER_MAX_S = 20.0
_ERROR_BODY_BYTES = 16 * 1024

_AGAIN = frozenset({429, 500, 502, 503, 504, 529})
"""Answers after which the same question may find an answer."""

_CONNECTING = frozenset({"connection.connect_tcp.started", "connection.start_tls.started"})
"""What a transport calls the steps after which nothing is sent before a connection is there."""

_SENT = frozenset(
    {"content-type", "content-length", "accept", "anthropic-version", "anthropic-beta"}
)
"""What the clients' headers may say; others tell of the machine, or hold what a shell exported."""

_WHOLE = "application/json"
_READ = (_WHOLE, "application/x-ndjson", "text/event-stream")


class Door(httpx2.AsyncBaseTransport):
    """Sends requests to one place, by a transport that looks at addresses."""

    def __init__(
        self,
        place: Place,
        inner: httpx2.AsyncBaseTransport,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._place = place
        self._inner = inner
        self._monotonic = monotonic
        self._chance = chance

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        exchange = exchanges.current.get()
        content = await request.aread()
        while True:
            exchange.tries += 1
            exchange.is_sent, exchange.status = True, None
            ours = self._ours(request, content)
            ours.extensions["trace"] = _noting(exchange)
            try:
                answer = await self._inner.handle_async_request(ours)
            except ServerRefusedError as error:
                raise _faulty(exchange, MindRefusedError(f"{self._place.name}: {error}")) from error
            except httpx2.ConnectError as error:
                exchange.is_sent = False
                if await self._may_try_again(exchange, None):
                    continue
                told = f"{self._place.name} cannot be reached at {self._place.base_url}"
                raise _faulty(exchange, MindUnavailableError(told)) from error
            except httpx2.TransportError as error:
                told = f"{self._place.name} broke off before it answered ({type(error).__name__})"
                raise _faulty(exchange, MindUnavailableError(told)) from error
            exchange.status = answer.status_code
            if answer.status_code in _AGAIN and await self._may_try_again(exchange, answer):
                await answer.aclose()
                continue
            return await self._admitted(exchange, answer)

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()

    def _ours(self, request: httpx2.Request, content: bytes) -> httpx2.Request:
        """Return the request as it leaves: to the configured place, with its key and nothing else."""
        url, base = request.url, httpx2.URL(self._place.base_url)
        if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
            told = f"{self._place.name}: its client wanted to send to {url.host}"
            raise _faulty(exchanges.current.get(), MindRefusedError(told))
        headers = {name: value for name, value in request.headers.items() if name in _SENT}
        headers |= _opening(self._place)
        return httpx2.Request(
            request.method, url, headers=headers, content=content, extensions={**request.extensions}
        )

    async def _may_try_again(self, exchange: Exchange, answer: httpx2.Response | None) -> bool:
        """Wait for the next try, if there is time for one."""
        if exchange.tries >= MAX_TRIES:
            return False
        wait_s = _BACKOFF_S * 2 ** (exchange.tries - 1) * (0.5 + self._chance())
        if answer is not None:
            wait_s = max(wait_s, _retry_after_s(answer))
        if wait_s > _RETRY_AFTER_MAX_S or self._monotonic() + wait_s >= exchange.ends_at:
            return False
        await asyncio.sleep(wait_s)
        return True

    async def _admitted(self, exchange: Exchange, answer: httpx2.Response) -> httpx2.Response:
        """Return an answer that may be read, its body bounded; note what is wrong with another."""
        if answer.status_code == 200:
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in _READ:
                await answer.aclose()
                told = f"what is at {self._place.base_url} answers {kind[:40]!r}: it is no model's server"
                raise _faulty(exchange, MindRefusedError(told))
            body = cast(httpx2.AsyncByteStream, answer.stream)
            most = exchange.max_bytes
            if kind != _WHOLE:
                most = max(most, exchange.max_streamed_bytes)
            answer.stream = _Counted(body, exchange, most, self._place.name)
            return answer
        exchange.fault = self._complaint(answer, await _head(answer))
        # The client needs something to fail on; the words are kept for us.
        return httpx2.Response(answer.status_code, json={"error": {"message": "see the fault"}})

    def _complaint(self, answer: httpx2.Response, body: bytes) -> MindError:
        status, name = answer.status_code, self._place.name
        said = exchanges.plainly(_message(body), secret=self._place.key)
        words = f": {said}" if said else ""
        if 300 <= status < 400:
            return MindRefusedError(f"{name} sends elsewhere ({status}), where nobody follows")
        if status in _AGAIN:
            return MindUnavailableError(f"{name} answered {status}{words}")
        if status in {401, 403}:
            return MindRefusedError(f"{name} does not take the key ({status}){words}")
        if status == 404:
            return MindRefusedError(f"{name}: no such model or address (404){words}")
        return MindRefusedError(f"{name} refused the question ({status}){words}")


class _Counted(httpx2.AsyncByteStream):
    """A body that ends with a fault where it is too large or breaks off."""

    def __init__(
        self, stream: httpx2.AsyncByteStream, exchange: Exchange, most: int, name: str
    ) -> None:
        self._stream, self._exchange, self._most, self._name = stream, exchange, most, name

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        try:
            async for piece in self._stream:
                left -= len(piece)
                if left < 0:
                    told = f"{self._name} answered more than {self._most} bytes"
                    raise _faulty(self._exchange, MindAnswerInvalidError(told))
                yield piece
        except httpx2.TransportError:
            if self._exchange.fault is None:
                told = f"{self._name} broke off in the middle of its answer"
                self._exchange.fault = MindUnavailableError(told)
            raise

    @override
    async def aclose(self) -> None:
        await self._stream.aclose()


def _faulty(exchange: Exchange, fault: MindError) -> httpx2.TransportError:
    """Note a fault, and return what the clients know how to fail with."""
    exchange.fault = fault
    return httpx2.TransportError("see the fault")


def _noting(exchange: Exchange) -> Callable[[str, Any], Awaitable[None]]:
    """Return what a transport tells its steps: until it is connected, nothing is sent."""

    async def note(step: str, _: Any) -> None:
        if step in _CONNECTING:
            exchange.is_sent = False
        elif step.endswith(".send_request_headers.started"):
            exchange.is_sent = True

    return note


def _opening(place: Place) -> dict[str, str]:
    """Return the header that opens a place, in its provider's way."""
    if not place.key:
        return {}
    match place.provider.protocol:
        case Protocol.ANTHROPIC:
            return {"x-api-key": place.key}
        case Protocol.GOOGLE:
            return {"x-goog-api-key": place.key}
        case Protocol.OPENAI | Protocol.OLLAMA:
            return {"authorization": f"Bearer {place.key}"}


def _retry_after_s(answer: httpx2.Response) -> float:
    """Return how long a server asks to be left alone, in seconds; 0 where it does not say."""
    said = answer.headers.get("retry-after", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    now = datetime.now(UTC)  # noqa: TID251 - the server's own moment, of which only the distance counts
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


async def _head(answer: httpx2.Response) -> bytes:
    """Return the beginning of a body and close it."""
    found = b""
    try:
        async for piece in cast(httpx2.AsyncByteStream, answer.stream):
            found += piece
            if len(found) >= _ERROR_BODY_BYTES:
                break
    except httpx2.TransportError:
        pass
    finally:
        await answer.aclose()
    return found[:_ERROR_BODY_BYTES]


def _message(body: bytes) -> str:
    """Return the words in an error's body, however a provider wraps them."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if isinstance(found, list) and found:
        found = found[0]
    inner = found.get("error", found) if isinstance(found, dict) else ""
    said = inner.get("message", "") if isinstance(inner, dict) else inner
    return said if isinstance(said, str) else ""
