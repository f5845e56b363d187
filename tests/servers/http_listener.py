"""A small HTTP server on loopback, for tests that take what a program sends."""

import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from typing_extensions import override

POLL_S = 0.02


class Listener(ThreadingHTTPServer):
    """A server whose clients may hang up whenever they like."""

    daemon_threads = True
    request_queue_size = 64

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong, unless it is only that whoever asked is gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def answering(
    handler: type[BaseHTTPRequestHandler], certificate: Path | None = None
) -> Iterator[str]:
    """Answer on a free port, over TLS with a certificate, and yield `host:port` while it lasts."""
    # Its lines of log would land in the output of whatever test runs by then.
    quiet = type("Quiet", (handler,), {"log_message": lambda *_: None})
    server = Listener(("127.0.0.1", 0), quiet)
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
