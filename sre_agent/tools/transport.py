"""How MCP servers are reached: at an address that was looked at, and read no further than a bound."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import cast

import httpx2
from typing_extensions import override

from sre_agent.tools.addresses import is_credential_service

MAX_CONNECTIONS = 20

MAX_BODY_BYTES = 32 * 1024 * 1024
"""The largest answer that is read; our servers send at most 2 MiB, twice and escaped."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host's name and a port to its addresses, the best first."""


class ServerRefusedError(httpx2.TransportError):
    """What is at an address, or what it answers, is not to be talked to."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host as the machine knows them.

    Raises:
        OSError: It has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends by another transport, to the very addresses that were looked at.

    A name may lead anywhere, and elsewhere a moment later: so it is looked up here, with every
    request, and the connection is made to what was found. Encrypted ones are checked by the name.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, resolve: Resolve = resolve) -> None:
        self._inner = inner
        self._resolve = resolve

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        answer = await self._sent(request)
        encoding = answer.headers.get("content-encoding", "identity")
        if encoding.strip().lower() != "identity":
            await answer.aclose()
            raise ServerRefusedError(f"the answer is packed as {encoding[:50]!r}, unasked")
        answer.stream = _Bounded(cast(httpx2.AsyncByteStream, answer.stream))
        return answer

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _sent(self, request: httpx2.Request) -> httpx2.Response:
        """Send to the first address that can be connected to."""
        silent: httpx2.ConnectError | None = None
        for address in await self._addresses(request.url):
            try:
                return await self._inner.handle_async_request(_to(address, request))
            except httpx2.ConnectError as error:
                silent = error
        raise silent or httpx2.ConnectError(f"{request.url.host} has no address")

    async def _addresses(self, url: httpx2.URL) -> Sequence[str]:
        if _is_address(url.host):
            found: Sequence[str] = (url.host,)
        else:
            port = url.port or (443 if url.scheme == "https" else 80)
            try:
                found = await self._resolve(url.host, port)
            except OSError as error:
                raise httpx2.ConnectError(f"{url.host} has no address: {error}") from error
        for address in found:
            if is_credential_service(address):
                said = f"{url.host} leads to {address}, where clouds hand out credentials"
                raise ServerRefusedError(said)
        return found


def opened(tls: ssl.SSLContext) -> GuardedTransport:
    """Return what sessions send by; connections open with the first call."""
    limits = httpx2.Limits(max_connections=MAX_CONNECTIONS)
    # A proxy of the shell is not meant for these servers.
    return GuardedTransport(httpx2.AsyncHTTPTransport(verify=tls, limits=limits, trust_env=False))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _to(address: str, request: httpx2.Request) -> httpx2.Request:
    """Return the request as it is sent to an address; the header Host names the host still."""
    named = {"sni_hostname": request.url.host} if request.url.host != address else {}
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, **named},
    )


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_BODY_BYTES
        async for piece in self._stream:
            left -= len(piece)
            if left < 0:
                raise ServerRefusedError(f"the answer exceeds {MAX_BODY_BYTES >> 20} MiB")
            yield piece

    @override
    async def aclose(self) -> None:
        await self._stream.aclose()
