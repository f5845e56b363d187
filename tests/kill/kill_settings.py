"""The settings of a platform over a recording target: quick, and with secrets of its own."""

import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.signer import keys
from sre_agent.config import files

APPROVER, SECOND = "alice", "bob"
PAIR = "pair-"
"""Where a namespace is called so, two people have to say yes."""

_TWO_PEOPLE = f"""\
rules:
  - name: a-pair-decides
    ruling: ask
    when: '!action.is_read && action.target.namespace.startsWith("{PAIR}")'
    reason: the tests want two people
    approvers: {{people: 2}}
"""
GRANT_TTL_S = 1
"""So short that whoever is killed between a grant and its use needs it renewed."""

HOLD_S, DEADLINE_S = 1, 40
UNBRAKED = {"WRITES_PER_HOUR_CLUSTER": "10000", "COOL_DOWN_FACTOR": "0"}
"""Hundreds of incidents in an hour: what brakes the platform elsewhere is not what is tested here."""


@dataclass(frozen=True)
class Settings:
    """What each program is told, where it is reached, and by which tokens."""

    environments: Mapping[str, Mapping[str, str]]
    signer_url: str
    hands_url: str
    api_url: str
    tokens: Mapping[str, str]


def make(home: Path, database_url: str, target_url: str, of_worker: Mapping[str, str]) -> Settings:
    """Return the settings of a platform in a folder."""
    key = keys.generate(home / "signing.pem")
    port = {name: _free_port() for name in ("signer", "hands", "metrics", "api")}
    names = ("sign", "read", "write", "metrics", "hook", APPROVER, SECOND)
    token = {name: secrets.token_hex(20) for name in names}
    url = {name: f"http://127.0.0.1:{number}" for name, number in port.items()}
    playbooks = home / "playbooks"
    _copy_playbooks(playbooks)
    policy = {"POLICY_DIR": str(_policy(home / "policies"))}
    reaching = {
        "DATABASE_URL": database_url,
        "MCP_KUBERNETES_URL": f"{url['hands']}/mcp",
        "MCP_KUBERNETES_READ_TOKEN": token["read"],
        "MCP_PROMETHEUS_URL": f"{url['metrics']}/mcp",
        "MCP_PROMETHEUS_READ_TOKEN": token["metrics"],
    }
    environments = {
        "signer": {
            "DATABASE_URL": database_url,
            "SIGNER_PORT": str(port["signer"]),
            "SIGNER_TOKEN": token["sign"],
            "SIGNING_KEY_FILE": str(home / "signing.pem"),
            "LOG_LEVEL": "warning",
            "GRANT_TTL_SECONDS": str(GRANT_TTL_S),
            **policy,
            **UNBRAKED,
        },
        "hands": {
            "MCP_PORT": str(port["hands"]),
            "MCP_READ_TOKEN": token["read"],
            "MCP_WRITE_TOKEN": token["write"],
            "MCP_LOG_LEVEL": "warning",
            "GRANT_PUBLIC_KEY": key.public_base64,
            "KUBERNETES_API_URL": target_url,
            "KUBERNETES_READ_TOKEN": "reads-the-cluster",
            "KUBERNETES_WRITE_TOKEN": "writes-the-cluster",
        },
        "metrics": {
            "MCP_PORT": str(port["metrics"]),
            "MCP_READ_TOKEN": token["metrics"],
            "MCP_LOG_LEVEL": "warning",
            "PROMETHEUS_URL": target_url,
        },
        "api": reaching
        | {
            "PORT": str(port["api"]),
            "WEBHOOK_TOKEN": token["hook"],
            "API_TOKENS": ",".join(f"{who}:admin:{token[who]}" for who in (APPROVER, SECOND)),
            **policy,
        },
        "worker": reaching
        | {
            "MCP_KUBERNETES_WRITE_TOKEN": token["write"],
            "SIGNER_URL": url["signer"],
            "SIGNER_TOKEN": token["sign"],
            "VERIFICATION_HOLD_SECONDS": str(HOLD_S),
            "VERIFICATION_DEADLINE_SECONDS": str(DEADLINE_S),
            "PLAYBOOK_DIR": str(playbooks),
            "INCIDENTS_DIR": str(home / "incidents"),
            "TOPOLOGY_SURVEY_SECONDS": "86400",
            "SLO_EVALUATION_SECONDS": "86400",
            **policy,
            **UNBRAKED,
            **of_worker,
        },
    }
    return Settings(environments, url["signer"], url["hands"], url["api"], token)


def _copy_playbooks(folder: Path) -> None:
    """Copy the shipped playbooks, but let nobody wait for a world that answers at once."""
    folder.mkdir()
    for name, text in files.texts(files.shipped() / "playbooks").items():
        quick = re.sub(r"wait_s: \d+", "wait_s: 0", text)
        (folder / Path(name).name).write_text(quick, encoding="utf-8")


def _policy(folder: Path) -> Path:
    """Write the shipped policies into a folder, and one of ours beside them; return the folder."""
    folder.mkdir()
    for name, text in files.texts(files.shipped() / "policies").items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")
    (folder / "pairs.yaml").write_text(_TWO_PEOPLE, encoding="utf-8")
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
