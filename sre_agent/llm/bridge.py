"""Lets a client of one HTTP library through a door that is made for its successor."""

from collections.abc import AsyncIterator
from typing import cast

import httpx
import httpx2
from typing_extensions import override


class Bridge(httpx.AsyncBaseTransport):
    """Sends an older client's requests through a transport of the newer kind."""

    def __init__(self, door: httpx2.AsyncBaseTransport) -> None:
        self._door = door

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        sent = httpx2.Request(
            request.method, str(request.url), headers=request.headers.raw, content=content
        )
        try:
            answer = await self._door.handle_async_request(sent)
        except httpx2.TransportError as error:
            raise httpx.TransportError(str(error)) from error
        stream = _Crossing(cast(httpx2.AsyncByteStream, answer.stream))
        return httpx.Response(answer.status_code, headers=answer.headers.raw, stream=stream)

    @override
    async def aclose(self) -> None:
        await self._door.aclose()


class _Crossing(httpx.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._stream:
                yield piece
        except httpx2.TransportError as error:
            raise httpx.TransportError(str(error)) from error

    @override
    async def aclose(self) -> None:
        await self._stream.aclose()
