"""The programs of the platform: what each runs, and the few variables each may know."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from backend.cli.stack.layout import Layout

_PYTHON = sys.executable
_COMMON = ("LOG_LEVEL", "ORG_ID", "CLUSTER_ID")
_API = (
    *_COMMON, "DATABASE_URL", "API_HOST", "PORT", "WEBHOOK_TOKEN", "API_TOKENS", "SIGNER_TOKEN",
    "APPROVAL_TTL_SECONDS", "AGENT_CONFIG", "POLICY_DIR", "KILL_SWITCH", "INCIDENTS_DIR",
)  # fmt: skip
_WORKER = (
    *_API, "SIGNER_URL", "PLAYBOOK_DIR",
    "MCP_KUBERNETES_URL", "MCP_KUBERNETES_READ_TOKEN", "MCP_KUBERNETES_WRITE_TOKEN",
    "MCP_PROMETHEUS_URL", "MCP_PROMETHEUS_READ_TOKEN", "MCP_LOKI_URL", "MCP_LOKI_READ_TOKEN",
    "VERIFICATION_HOLD_SECONDS", "VERIFICATION_DEADLINE_SECONDS", "SPECIALIST_DEADLINE_SECONDS",
    "MAX_INVESTIGATION_ROUNDS", "ESCALATION_WEBHOOK_URL", "ESCALATION_WEBHOOK_SECRET",
)  # fmt: skip
_SIGNER = (
    "LOG_LEVEL", "DATABASE_URL", "SIGNER_HOST", "SIGNER_PORT", "SIGNER_TOKEN", "SIGNING_KEY_FILE",
    "GRANT_TTL_SECONDS", "AGENT_CONFIG", "POLICY_DIR", "KILL_SWITCH",
)  # fmt: skip
_KUBERNETES = (
    "KUBERNETES_API_URL", "KUBERNETES_CA_FILE", "KUBERNETES_READ_TOKEN", "KUBERNETES_WRITE_TOKEN",
    "MCP_KUBECONFIG", "MCP_KUBECONFIG_READ_CONTEXT", "MCP_KUBECONFIG_WRITE_CONTEXT",
    "KUBERNETES_IN_CLUSTER", "GRANT_PUBLIC_KEY", "MCP_PROTECTED_NAMESPACES",
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
    found = [
        _program("signer", ("-m", "backend.signer"), _pick(settings, _SIGNER), 20),
        _mcp("kubernetes", settings, ports, _KUBERNETES),
        _mcp("prometheus", settings, ports, ("PROMETHEUS_URL", "PROMETHEUS_TOKEN")),
        _mcp("loki", settings, ports, ("LOKI_URL", "LOKI_TOKEN", "LOKI_ORG_ID")),
        _program("api", ("-m", "backend.cli", "serve"), _pick(settings, _API), 30),
        _program("worker", ("-m", "backend.cli", "worker"), _pick(settings, _WORKER), 40),
    ]
    return [program for program in found if program is not None]


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
    if not any(name in environment for name in _ADDRESSES[server]):
        return None
    prefix = f"MCP_{server.upper()}"
    tokens = {"MCP_READ_TOKEN": f"{prefix}_READ_TOKEN", "MCP_WRITE_TOKEN": f"{prefix}_WRITE_TOKEN"}
    environment |= {ours: settings[name] for ours, name in tokens.items() if name in settings}
    environment |= {
        "MCP_PORT": str(ports[server]),
        "MCP_CLUSTER_ID": settings.get("CLUSTER_ID", "default"),
    }
    return _program(f"mcp-{server}", ("-m", f"mcp_servers.{server}"), environment, 20)


_ADDRESSES = {
    "kubernetes": ("KUBERNETES_API_URL", "MCP_KUBECONFIG", "KUBERNETES_IN_CLUSTER"),
    "prometheus": ("PROMETHEUS_URL",),
    "loki": ("LOKI_URL",),
}


def _program(
    name: str, arguments: tuple[str, ...], environment: Mapping[str, str], priority: int
) -> Program:
    return Program(name, (_PYTHON, *arguments), environment, priority)


def _pick(settings: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: settings[name] for name in names if name in settings}
