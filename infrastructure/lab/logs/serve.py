"""The process: a socket, the application on it, the tailer beside it, and an orderly end."""

import asyncio
import os
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from infrastructure.lab.labdir import write_json
from infrastructure.lab.logs.http.app import create_app
from infrastructure.lab.logs.store import Bounds, Store
from infrastructure.lab.logs.tail import Tailer
from infrastructure.lab.orderly import OrderlyServer

log = structlog.get_logger()

HOST: Final = "127.0.0.1"
RECORD: Final = "loki.json"
SHUTDOWN_S: Final = 3


@dataclass(frozen=True, slots=True)
class Options:
    """How the server was started."""

    logs_dir: Path
    record_dir: Path | None
    port: int
    cluster: str
    bounds: Bounds


async def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        OSError: the port is taken.
    """
    store = Store(options.bounds, time.time_ns)
    listener = socket.create_server((HOST, options.port), backlog=128)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms
    config = uvicorn.Config(
        create_app(store),
        access_log=False,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    port = listener.getsockname()[1]
    server = OrderlyServer(config, lambda: _announce(options, port))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    async with asyncio.TaskGroup() as group:
        tailing = group.create_task(Tailer(options.logs_dir, store, options.cluster).run())
        await server.serve(sockets=[listener])
        tailing.cancel()
    if options.record_dir is not None:
        (options.record_dir / RECORD).unlink(missing_ok=True)
    log.info("log_server_stopped", entries=store.entries)


def _announce(options: Options, port: int) -> None:
    url = f"http://{HOST}:{port}"
    log.info("log_server_ready", url=url, logs=str(options.logs_dir))
    if options.record_dir is not None:
        write_json(options.record_dir / RECORD, {"url": url, "pid": os.getpid()})
