"""The programs of a lab: what each is given and how it is started."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infrastructure.lab import images, ports
from infrastructure.lab.family import Program
from infrastructure.lab.labdir import LabDir, write_json, write_private
from infrastructure.lab.observe import alertmanager, prometheus
from infrastructure.lab.observe.tools import Tools
from infrastructure.lab.world import ROUTES, Role, World

LOOPBACK = "127.0.0.1"

VISITS_PER_S = 20
NODES = 2


def cluster(lab: LabDir, place: World, network: str, traces_url: str, forge_url: str) -> Program:
    """Prepare the cluster: API server, controllers and nodes."""
    write_json(lab.images, images.catalogue(place, traces_url, f"{forge_url}/flags"))
    arguments = ["--dir", lab.cluster, "--port", 0, "--network", network, "--images", lab.images]
    arguments += ["--nodes", NODES]
    if lab.tokens.exists():
        arguments += ["--tokens", lab.tokens]
    return Program("cluster", _python("cluster", *arguments), is_restartable=False)


def logs(lab: LabDir) -> tuple[Program, str]:
    """Prepare the log server; return it and its URL."""
    port = ports.free_port()
    arguments = ["--dir", lab.loki, "--logs", lab.cluster / "logs", "--port", port]
    return Program("loki", _python("logs", *arguments)), f"http://{LOOPBACK}:{port}"


def traces() -> tuple[Program, str]:
    """Prepare the trace store; return it and its URL."""
    port = ports.free_port()
    return Program("jaeger", _python("traces", "--port", port)), f"http://{LOOPBACK}:{port}"


@dataclass(frozen=True)
class ForgeHook:
    """Whom the forge tells: a URL, and the file that holds the secret by which it is known."""

    url: str
    secret_file: Path | None = None


def forge(lab: LabDir, place: World, hook: ForgeHook | None) -> tuple[Program, str]:
    """Prepare the forge; return it and its URL."""
    port = ports.free_port()
    arguments = ["--dir", lab.forge, "--port", port, "--seed", place.seed, "--images", lab.images]
    arguments += ["--cluster", lab.cluster / "cluster.json"]
    if lab.tokens.exists():
        arguments += ["--tokens", lab.tokens]
    if hook is not None:
        arguments += ["--webhook-url", hook.url]
        arguments += ["--webhook-secret-file", hook.secret_file] if hook.secret_file else []
    return Program("forge", _python("forge", *arguments)), f"http://{LOOPBACK}:{port}"


def alerting(
    lab: LabDir, tools: Tools, webhook: alertmanager.Webhook | None
) -> tuple[Program, str]:
    """Prepare Alertmanager; return it and its address."""
    address = _free_address()
    write_private(lab.alertmanager / "alertmanager.yml", alertmanager.config(webhook))
    command = alertmanager.command(tools.alertmanager, lab.alertmanager, address)
    return Program("alertmanager", command, cwd=tools.home), address


def monitoring(
    lab: LabDir, tools: Tools, place: World, nodes: Sequence[str], alertmanager_address: str
) -> tuple[Program, str]:
    """Prepare Prometheus; return it and its address.

    Args:
        lab: where its configuration and data lie.
        tools: where the program is.
        place: whose team the alerts are for.
        nodes: `host:port` of each node's metrics.
        alertmanager_address: `host:port`.
    """
    address = _free_address()
    sources = prometheus.Sources(
        targets_file=targets_file(lab),
        node_addresses=tuple(nodes),
        alertmanager_address=alertmanager_address,
        team=place.team,
    )
    write_private(lab.prometheus / "prometheus.yml", prometheus.config(sources))
    return Program("prometheus", prometheus.command(tools.prometheus, lab.prometheus, address)), (
        address
    )


def customers(front_url: str) -> Program:
    """Prepare the load upon the shop."""
    url = front_url + ROUTES[Role.FRONTEND]
    return Program("customers", _python("shop.load", "--url", url, "--rate", VISITS_PER_S))


def targets_file(lab: LabDir) -> Path:
    """Return where discovery writes for Prometheus."""
    return (lab.prometheus / "targets.json").resolve()


def node_addresses(cluster_record: dict[str, Any]) -> list[str]:
    """Return `host:port` of each node's metrics."""
    return [urlsplit(url).netloc for url in cluster_record["nodes"].values()]


def _python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"infrastructure.lab.{module}", *map(str, arguments)]


def _free_address() -> str:
    return f"{LOOPBACK}:{ports.free_port()}"
