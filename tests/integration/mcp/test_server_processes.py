"""The servers as processes: what they need to start, and that they end when told."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from hands_lab import READ_TOKEN
from lab_cluster import WITHIN_S, eventually

KUBERNETES = {
    "MCP_PORT": "0",
    "MCP_READ_TOKEN": READ_TOKEN,
    "KUBERNETES_API_URL": "http://127.0.0.1:9",
    "KUBERNETES_READ_TOKEN": "cluster-token",
}
UPSTREAM = {
    "kubernetes": KUBERNETES,
    "prometheus": {"MCP_READ_TOKEN": READ_TOKEN, "PROMETHEUS_URL": "http://127.0.0.1:9"},
    "jaeger": {"MCP_READ_TOKEN": READ_TOKEN, "JAEGER_URL": "http://127.0.0.1:9"},
    "github": {
        "MCP_READ_TOKEN": READ_TOKEN,
        "GITHUB_URL": "http://127.0.0.1:9",
        "GITHUB_REPOSITORIES": "acme/store",
        "GITHUB_READ_TOKEN": "github-token",
    },
    "loki": {"MCP_READ_TOKEN": READ_TOKEN, "LOKI_URL": "http://127.0.0.1:9"},
    "runbooks": {"MCP_READ_TOKEN": READ_TOKEN, "RUNBOOKS_DIR": "/nowhere"},
}


def start(server: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    shell = {"PATH": os.environ["PATH"], "KUBECONFIG": "/nowhere", "HOME": "/nowhere"}
    return subprocess.Popen(
        [sys.executable, "-m", f"mcp_servers.{server}"],
        env={**shell, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("server", UPSTREAM)
def test_a_server_starts_without_its_upstream_says_so_and_ends_when_told(server: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start(server, {**UPSTREAM[server], "MCP_PORT": str(port)})
    base = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: _answers(base) or process.poll() is not None)
        alive = httpx.get(f"{base}/health")
        ready = httpx.get(f"{base}/ready")
        why = httpx.get(f"{base}/ready", headers={"authorization": f"Bearer {READ_TOKEN}"})
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=WITHIN_S)

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (503, {"status": "not_ready"})
    assert why.json()["reason"]
    assert READ_TOKEN not in output
    assert "cluster-token" not in output
    assert "Traceback" not in output


def test_the_shells_kubeconfig_is_never_used_and_what_is_missing_is_named(tmp_path: Path) -> None:
    shell_config = tmp_path / "config"
    shell_config.write_text("apiVersion: v1\nkind: Config\n")
    process = start(
        "kubernetes", {**KUBERNETES, "KUBERNETES_API_URL": "", "KUBECONFIG": str(shell_config)}
    )

    output, _ = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 1
    assert "exactly one way: KUBERNETES_API_URL, MCP_KUBECONFIG or" in output
    assert "Traceback" not in output


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/health").is_success
    except httpx.TransportError:
        return False
