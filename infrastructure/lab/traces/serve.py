"""The process: a socket, the application on it, and an orderly end."""

import asyncio
import signal
import socket
from typing import Final

import structlog
import uvicorn

from infrastructure.lab.orderly import OrderlyServer
from infrastructure.lab.traces.http import create_app
from infrastructure.lab.traces.store import Store

log = structlog.get_logger()

HOST: Final = "127.0.0.1"
SHUTDOWN_S: Final = 3


async def serve(store: Store, port: int) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.create_server((HOST, port), backlog=128)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        create_app(store),
        access_log=False,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    server = OrderlyServer(config, lambda: log.info("trace_store_ready", url=url))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve(sockets=[listener])
    log.info("trace_store_stopped", spans=len(store))
