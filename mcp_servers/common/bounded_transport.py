"""How clients of systems send: their answers come unpacked, and no larger than the bound."""

from collections.abc import AsyncIterator
from typing import cast

import httpx
from typing_extensions import override

from mcp_servers.common.envelope import UnreachableError
from mcp_servers.common.unpacking import ENCODINGS, Unpacking

_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)
"""As clients have it that are told nothing."""


class BoundedTransport(httpx.AsyncBaseTransport):
    """Sends by another transport, and hands on answers unpacked and within the bound."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Accept-Encoding"] = ENCODINGS
        answer = await self._inner.handle_async_request(request)
        try:
            unpacking = Unpacking(answer.headers.pop("content-encoding", ""))
        except UnreachableError:
            await answer.aclose()
            raise
        answer.headers.pop("content-length", None)
        stream = _Unpacked(cast(httpx.AsyncByteStream, answer.stream), unpacking)
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=stream,
            extensions=answer.extensions,
        )

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class _Unpacked(httpx.AsyncByteStream):
    def __init__(self, packed: httpx.AsyncByteStream, unpacking: Unpacking) -> None:
        self._packed = packed
        self._unpacking = unpacking

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._packed:
            yield self._unpacking.take(piece)
        self._unpacking.end()

    @override
    async def aclose(self) -> None:
        await self._packed.aclose()


def transport(limits: httpx.Limits = _LIMITS) -> BoundedTransport:
    """Return what clients of systems send by; no proxy of the shell is heeded."""
    return BoundedTransport(httpx.AsyncHTTPTransport(limits=limits, trust_env=False))
