"""The process: a socket, the application on it, what works beside it, and an orderly end."""

import asyncio
import signal
import socket
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from infrastructure.lab.forge import apps, flags, webhooks
from infrastructure.lab.forge.app import create_app
from infrastructure.lab.forge.building import Builder
from infrastructure.lab.forge.checks import Checks
from infrastructure.lab.forge.deployer import Deployer
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.kube import Api
from infrastructure.lab.labdir import read_json
from infrastructure.lab.orderly import OrderlyServer

log = structlog.get_logger()

HOST: Final = "127.0.0.1"
SHUTDOWN_S: Final = 3


@dataclass(frozen=True)
class Target:
    """Where main is deployed to."""

    cluster: Path
    """The file in which the cluster says how it is reached."""
    images: Path
    """The file in which its nodes find images."""
    builds: Path
    """Where the code of the images is put."""


@dataclass(frozen=True)
class Hook:
    """Who is told of all that happens from the start, and the secret that signs it."""

    url: str
    secret: str


def listening(port: int) -> socket.socket:
    """Return a socket that listens at a port of the loopback.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.create_server((HOST, port), backlog=128)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms
    return listener


async def serve(
    forge: Forge, listener: socket.socket, target: Target | None, hook: Hook | None
) -> None:
    """Serve until SIGTERM or SIGINT; deploy main where there is a target."""
    config = uvicorn.Config(
        create_app(forge, [flags.route(forge)]),
        access_log=False,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    server = OrderlyServer(config, lambda: log.info("forge_ready", url=forge.url))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    async with AsyncExitStack() as beside:
        checks = Checks(forge)
        checks.start()
        beside.callback(checks.stop)
        deliveries = webhooks.Deliveries(forge)
        deliveries.start()
        beside.callback(deliveries.stop)
        apps.remember(forge)
        if hook is not None:
            webhooks.ensure(forge, hook.url, hook.secret)
        if target is not None:
            api = await beside.enter_async_context(_api(target))
            builder = Builder(forge.git, forge.world, target.builds, target.images)
            task = asyncio.create_task(Deployer(forge, builder, api).run())
            beside.push_async_callback(_end, task)
            task.add_done_callback(lambda _: server.stop())  # a forge that cannot deploy is none
        await server.serve(sockets=[listener])
    log.info("forge_stopped")


def _api(target: Target) -> Api:
    cluster = read_json(target.cluster)
    return Api(cluster["url"], cluster["tokens"]["admin"])


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
