"""Runs a cluster: API server, controllers and nodes, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network
from pathlib import Path

import structlog

from infrastructure.lab.cluster import (
    admission,
    bootstrap,
    controllers,
    kubeconfig,
    private_file,
    serving,
)
from infrastructure.lab.cluster.api import Api
from infrastructure.lab.cluster.audit import AuditLog
from infrastructure.lab.cluster.auth import Tokens
from infrastructure.lab.cluster.bootstrap import ManifestError
from infrastructure.lab.cluster.serving import Server
from infrastructure.lab.node import nodes
from infrastructure.lab.node.config import NodeConfig
from infrastructure.lab.node.images import CatalogueError, ImageCatalogue, Registry

NOTE = "cluster.json"
"""The file that says how to reach a running cluster."""

AUDIT_LOG = "audit.jsonl"
MOST_NODES = 9

_log = structlog.get_logger()


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    state_dir: Path
    port: int
    network: IPv4Network
    images: Path | None
    manifests: Path | None
    nodes: int
    tokens: Path | None


def options(arguments: list[str] | None = None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m infrastructure.lab.cluster")
    parser.add_argument("--dir", type=Path, required=True, help="folder of the cluster's state")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the API server; 0 = a free one"
    )
    parser.add_argument("--network", type=_network, default="127.100.0.0/16", help="127.N.0.0/16")
    parser.add_argument("--images", type=Path, help="JSON file of the images that can be pulled")
    parser.add_argument(
        "--manifests", type=Path, help="YAML file of objects to create at the start"
    )
    parser.add_argument("--nodes", type=_count, default=1, help="how many nodes (1 to 9)")
    parser.add_argument("--tokens", type=Path, help="JSON file of tokens chosen by the user")
    given = parser.parse_args(arguments)
    return Options(
        state_dir=given.dir.resolve(),
        port=given.port,
        network=given.network,
        images=given.images,
        manifests=given.manifests,
        nodes=given.nodes,
        tokens=given.tokens,
    )


async def run(given: Options) -> None:
    """Run the cluster until SIGTERM or SIGINT; every process it started is gone when this returns."""
    stop = _stop_signal()
    given.state_dir.mkdir(parents=True, exist_ok=True)
    images = _images(given.images)
    store = admission.new_store(given.network)
    bootstrap.fill(store, *nodes.names(given.nodes))
    if given.manifests is not None:
        bootstrap.load(store, given.manifests)
    tokens = Tokens.chosen(given.tokens)
    audit = AuditLog(given.state_dir / AUDIT_LOG)
    api = Api(store, tokens, audit, given.state_dir)
    ports = [_free_port(nodes.host_ip(index)) for index in range(given.nodes)]
    first = NodeConfig(
        state_dir=given.state_dir,
        python=sys.executable,
        images=images,
        network=given.network,
        cadvisor_port=ports[0],
    )
    configs = nodes.numbered(first, ports)
    with contextlib.closing(audit), serving.listening(given.port) as sock:
        server = Server(api, api.closing)
        async with asyncio.TaskGroup() as group:
            serve = group.create_task(server.serve(sockets=[sock]))
            parts = [
                group.create_task(controllers.run(store)),
                group.create_task(nodes.run(store, configs)),
            ]
            await server.ready.wait()
            _announce(given, serving.address(sock), tokens, configs)
            await stop.wait()
            _log.info("cluster_stopping")
            for part in parts:
                part.cancel()
            await asyncio.wait(parts)
            server.stop()
            await serve
    (given.state_dir / NOTE).unlink(missing_ok=True)


def main() -> None:
    """Run the cluster of the command line."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        asyncio.run(run(options()))
    except (ManifestError, CatalogueError) as error:
        sys.exit(str(error))


def _stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set from now on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _announce(given: Options, url: str, tokens: Tokens, configs: Sequence[NodeConfig]) -> None:
    """Say in a file how to reach the cluster, now that it answers."""
    for name, token in asdict(tokens).items():
        path = given.state_dir / f"kubeconfig.{name}"
        private_file.write(path, kubeconfig.document(url, name, token))
    note = {
        "url": url,
        "pid": os.getpid(),
        "tokens": asdict(tokens),
        "audit_log": str(given.state_dir / AUDIT_LOG),
        "kubeconfig": str(given.state_dir / "kubeconfig.admin"),
        "network": str(given.network),
        "nodes": {
            config.node_name: f"http://{config.host_ip}:{config.cadvisor_port}"
            for config in configs
        },
    }
    private_file.write(given.state_dir / NOTE, note)
    _log.info("cluster_ready", url=url)


def _images(path: Path | None) -> ImageCatalogue | Registry:
    """Return what can be pulled: what a file says whenever it is asked, or the shell image alone."""
    if path is None:
        return ImageCatalogue.load(None, python=sys.executable)
    return Registry(path, python=sys.executable)


def _free_port(host: str) -> int:
    with serving.listening(0, host) as sock:
        return int(sock.getsockname()[1])


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_NODES:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to {MOST_NODES}")
    return int(text)


def _network(text: str) -> IPv4Network:
    parts = text.partition("/")[0].split(".")
    network = IPv4Network(f"{parts[0]}.{parts[1]}.0.0/16")
    if not network.is_loopback:
        raise argparse.ArgumentTypeError(f"{text} is not within 127.0.0.0/8")
    return network
