"""Let others reach the lab from outside its loopback: fixed ports that lead to those it chose."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from infrastructure.lab.node.forwarding import Forwarder

PORTS = {
    "kubernetes": 6443,
    "prometheus": 9090,
    "alertmanager": 9093,
    "loki": 3100,
    "jaeger": 16686,
    "forge": 3000,
    "frontend": 8000,
}
"""Where each part of a lab is found from outside."""


@asynccontextmanager
async def opened(host: str | None, record: Mapping[str, Any]) -> AsyncIterator[None]:
    """Pass connections to the host's ports on to the parts that the record names; none without a host."""
    forwarders, servers = [], []
    try:
        for name, port in PORTS.items() if host is not None else ():
            target = urlsplit(record[name]["url"])
            forwarder = Forwarder([(str(target.hostname), int(target.port or 80))])
            forwarders.append(forwarder)
            loop = asyncio.get_running_loop()
            servers.append(await loop.create_server(forwarder.connection, host, port))
        yield
    finally:
        for server in servers:
            server.close()
        for forwarder in forwarders:
            forwarder.close()
