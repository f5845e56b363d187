"""Serve and send HTTP/1.1 over plain sockets, in a fraction of the memory of `http.server`."""

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

IDLE_TIMEOUT_S = 15.0
MAX_LINE_BYTES = 8192
MAX_HEADERS = 64
MAX_BODY_BYTES = 65536

REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class WireError(ConnectionError):
    """The peer said something that is not HTTP, or stopped in the middle of it."""


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """One HTTP response."""

    status: int
    body: bytes
    content_type: str = "application/json"


Handler = Callable[[Request], Response]


class Server:
    """A threaded server: one thread a connection, a bounded number of them."""

    def __init__(
        self,
        host: str,
        port: int,
        handler: Handler,
        *,
        max_connections: int = 256,
        is_persistent: bool = True,
    ) -> None:
        """Bind the address; nothing is accepted before `serve`.

        Args:
            host: the address.
            port: the port; 0 for any that is free.
            handler: answers each request.
            max_connections: conversations at once; who comes later waits.
            is_persistent: False to end a conversation after one answer.
        """
        self._is_persistent = is_persistent
        self._handler = handler
        self._slots = threading.BoundedSemaphore(max_connections)
        self._stopping = threading.Event()
        self._under_way = 0
        self._changed = threading.Condition()
        self._socket = socket.create_server((host, port), backlog=128)
        self.port: int = self._socket.getsockname()[1]

    def serve(self) -> None:
        """Accept connections until `stop` is called."""
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                break
            self._slots.acquire()
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        """Stop accepting; conversations under way end by themselves."""
        self._stopping.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def wait_idle(self, patience_s: float) -> bool:
        """Wait until no request is under way; say whether that came to pass in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, patience_s)

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                connection.settimeout(IDLE_TIMEOUT_S)
                while self._exchange(connection, stream):
                    pass
        except OSError:
            pass  # the peer went away or said nothing for too long
        finally:
            self._slots.release()

    def _exchange(self, connection: socket.socket, stream: BinaryIO) -> bool:
        """Answer one request; say whether the connection stays open."""
        start = stream.readline(MAX_LINE_BYTES)
        if not start:
            return False
        method, _, rest = start.decode("latin-1").partition(" ")
        headers = _read_headers(stream)
        body = _read_body(stream, headers)
        request = Request(method, rest.split(" ")[0].partition("?")[0], headers, body)
        self._count(1)
        try:
            response = self._handler(request)
            is_last = self._is_last(headers)
            connection.sendall(_encode(response, is_last=is_last))
        finally:
            self._count(-1)
        return not is_last

    def _is_last(self, headers: Mapping[str, str]) -> bool:
        is_wished = headers.get("connection", "").lower() == "close"
        return is_wished or not self._is_persistent or self._stopping.is_set()

    def _count(self, change: int) -> None:
        with self._changed:
            self._under_way += change
            self._changed.notify_all()


def post(address: tuple[str, int], request: Request, timeout_s: float) -> Response:
    """Send one request on a connection of its own.

    Raises:
        OSError: when the peer cannot be reached or breaks off; TimeoutError when it is too slow.
    """
    head = [f"{request.method} {request.path} HTTP/1.1", f"host: {address[0]}:{address[1]}"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    head += [f"content-length: {len(request.body)}", "connection: close", "", ""]
    with socket.create_connection(address, timeout_s) as connection:
        connection.sendall("\r\n".join(head).encode("latin-1") + request.body)
        with connection.makefile("rb") as stream:
            return _read_response(stream)


def _read_response(stream: BinaryIO) -> Response:
    status_line = stream.readline(MAX_LINE_BYTES).split(b" ")
    if len(status_line) < 2 or not status_line[1].isdigit():
        raise WireError("connection closed before a response")
    headers = _read_headers(stream)
    return Response(int(status_line[1]), _read_body(stream, headers))


def _read_headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(MAX_HEADERS):
        line = stream.readline(MAX_LINE_BYTES)
        if line in (b"\r\n", b"\n", b""):
            return headers
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    raise WireError("too many headers")


def _read_body(stream: BinaryIO, headers: Mapping[str, str]) -> bytes:
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise WireError(f"unacceptable content-length {length}")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise WireError("body ended early")
    return body


def _encode(response: Response, *, is_last: bool) -> bytes:
    head = (
        f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Status')}\r\n"
        f"content-type: {response.content_type}\r\n"
        f"content-length: {len(response.body)}\r\n"
        f"connection: {'close' if is_last else 'keep-alive'}\r\n\r\n"
    )
    return head.encode("latin-1") + response.body
