"""The programs of the platform: what each runs, and the few variables each may know."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from backend.cli.stack.layout import Layout
from backend.settings.api import ApiSettings
from backend.settings.common import CommonSettings
from backend.settings.signer import SignerSettings
from backend.settings.worker import WorkerSettings

_PYTHON = sys.executable
_KUBERNETES = (
    "KUBERNETES_API_URL", "KUBERNETES_CA_FILE", "KUBERNETES_READ_TOKEN", "KUBERNETES_WRITE_TOKEN",
    "MCP_KUBECONFIG", "MCP_KUBECONFIG_READ_CONTEXT", "MCP_KUBECONFIG_WRITE_CONTEXT",
    "KUBERNETES_IN_CLUSTER", "GRANT_PUBLIC_KEY", "GRANT_PUBLIC_KEY_FILE", "MCP_PROTECTED_NAMESPACES",
    "MCP_DRAIN_S", "MCP_HALT_FILE", "KILL_SWITCH",
)  # fmt: skip

_RUNBOOKS = (
    "RUNBOOKS_DIR", "NOTION_API_KEY", "NOTION_RUNBOOK_DATABASE_ID", "NOTION_DATABASE_ID",
    "NOTION_URL",
)  # fmt: skip


_GITHUB = (
    "GITHUB_URL", "GITHUB_REPOSITORIES", "GITHUB_READ_TOKEN", "GITHUB_WRITE_TOKEN", "GITHUB_APP_ID",
    "GITHUB_APP_PRIVATE_KEY_FILE", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_CAN_WRITE",
    "GITHUB_CA_FILE", "GRANT_PUBLIC_KEY", "GRANT_PUBLIC_KEY_FILE", "MCP_HALT_FILE", "KILL_SWITCH",
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """One process: its command, its environment and nothing else, and when it is started."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    priority: int


def programs(settings: Mapping[str, str], ports: Mapping[str, int]) -> list[Program]:
    """Return every program for the settings, `ports` giving each server its own."""
    settings = {**_where_named(settings, ports), **settings}
    found = [
        _kept("signer", "backend.signer", _known(SignerSettings, settings), 20),
        _mcp("kubernetes", settings, ports, _KUBERNETES),
        _mcp("prometheus", settings, ports, ("PROMETHEUS_URL", "PROMETHEUS_TOKEN")),
        _mcp("loki", settings, ports, ("LOKI_URL", "LOKI_TOKEN", "LOKI_ORG_ID")),
        _mcp("jaeger", settings, ports, ("JAEGER_URL", "JAEGER_TOKEN", "JAEGER_ORG_ID")),
        _mcp("runbooks", settings, ports, _RUNBOOKS),
        _mcp("github", settings, ports, _GITHUB),
        _kept("api", "backend.bootstrap.api", _known(ApiSettings, settings), 30),
        _kept("worker", "backend.bootstrap.worker", _known(WorkerSettings, settings), 40),
    ]
    return [program for program in found if program is not None]


def _where_named(settings: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, str]:
    """Return where the servers are that only some installations have."""
    return {
        f"MCP_{server.upper()}_URL": f"http://127.0.0.1:{ports[server]}/mcp"
        for server in LOOKED_FOR_IF_NAMED
        if any(name in settings for name in _ADDRESSES[server])
    }


def database(layout: Layout) -> Program:
    """Return the embedded database."""
    arguments = ("-m", "backend.db.embedded", "--data", str(layout.postgres))
    return _program("postgres", arguments, {}, 10)


def _mcp(
    server: str,
    settings: Mapping[str, str],
    ports: Mapping[str, int],
    own: tuple[str, ...],
) -> Program | None:
    """Return a server's program, or None when the system it serves is not named."""
    environment = _pick(settings, own)
    addresses = _ADDRESSES.get(server)
    if addresses and not any(name in environment for name in addresses):
        return None
    prefix = f"MCP_{server.upper()}"
    renamed = {"MCP_READ_TOKEN": f"{prefix}_READ_TOKEN", "MCP_LOG_LEVEL": "LOG_LEVEL"}
    if server in _BOUND:
        renamed["MCP_CLUSTER_ID"] = "CLUSTER_ID"
    if any(is_set(environment, name) for name in _CAN_WRITE):
        renamed["MCP_WRITE_TOKEN"] = f"{prefix}_WRITE_TOKEN"
    environment |= {ours: settings[name] for ours, name in renamed.items() if name in settings}
    environment["MCP_PORT"] = str(ports[server])
    # What only reads is soon loaded, and asked again when it was away: not worth twice the memory.
    start = _kept if server in _KEPT else _loaded
    return start(f"mcp-{server}", f"mcp_servers.{server}", environment, 20)


_ADDRESSES = {
    "kubernetes": ("KUBERNETES_API_URL", "MCP_KUBECONFIG", "KUBERNETES_IN_CLUSTER"),
    "prometheus": ("PROMETHEUS_URL",),
    "loki": ("LOKI_URL",),
    "jaeger": ("JAEGER_URL",),
    "github": ("GITHUB_REPOSITORIES",),
}
"""What names the system behind a server; a server that is not here has something to serve anyway."""
LOOKED_FOR_IF_NAMED = frozenset({"github"})
"""Servers that nobody looks for, and misses, where their system is not named."""
_KEPT = frozenset({"kubernetes"})
_BOUND = frozenset({"kubernetes", "github"})
"""Servers that write, and are told for which cluster grants have to be made out."""
_CAN_WRITE = (
    "KUBERNETES_WRITE_TOKEN", "MCP_KUBECONFIG_WRITE_CONTEXT", "GITHUB_WRITE_TOKEN",
    "GITHUB_APP_CAN_WRITE",
)  # fmt: skip
"""Without a credential for the cluster that can write, a server offers no writing at all."""


def is_set(settings: Mapping[str, str], name: str) -> bool:
    """Return whether a setting says something other than no."""
    return settings.get(name, "false").lower() not in {"false", "0", "no"}


def _kept(name: str, module: str, environment: Mapping[str, str], priority: int) -> Program:
    """Return a program that is back at once when it is killed."""
    return _program(name, ("-m", "backend.prefork", module), environment, priority)


def _loaded(name: str, module: str, environment: Mapping[str, str], priority: int) -> Program:
    return _program(name, ("-m", module), environment, priority)


def _program(
    name: str, arguments: tuple[str, ...], environment: Mapping[str, str], priority: int
) -> Program:
    return Program(name, (_PYTHON, *arguments), environment, priority)


def _known(kind: type[CommonSettings], settings: Mapping[str, str]) -> dict[str, str]:
    """Return what the program's own settings ask for, so that it knows no other's secrets."""
    return _pick(settings, tuple(name.upper() for name in kind.model_fields))


def _pick(settings: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: settings[name] for name in names if name in settings}
