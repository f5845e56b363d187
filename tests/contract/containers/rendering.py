"""The stack as compose itself reads it, with what a user may have in `.env`."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Protocol

from stack_file import FILE

SECRETS = {
    name: f"{name.lower().replace('_', '-')}-0123456789abcdef"
    for name in (
        *("WEBHOOK_TOKEN", "SIGNER_TOKEN", "POSTGRES_PASSWORD", "REDIS_PASSWORD"),
        *("MCP_KUBERNETES_READ_TOKEN", "MCP_KUBERNETES_WRITE_TOKEN", "MCP_PROMETHEUS_READ_TOKEN"),
        *("MCP_LOKI_READ_TOKEN", "MCP_JAEGER_READ_TOKEN", "MCP_RUNBOOKS_READ_TOKEN"),
        *("MCP_GITHUB_READ_TOKEN", "MCP_GITHUB_WRITE_TOKEN"),
        *("LAB_READ_TOKEN", "LAB_WRITE_TOKEN", "LAB_FORGE_SECRET"),
    )
} | {"API_TOKENS": "operator:admin:api-tokens-0123456789abcdef"}
"""What ./start.sh --docker would make up."""


class ComposeRefusedError(Exception):
    """Compose did not take the file; its words are the text."""


class Render(Protocol):
    """Returns the stack for a `.env`, further files of variables, and profiles."""

    def __call__(
        self, env: dict[str, str] | None = None, *files: Path, profiles: tuple[str, ...] = ()
    ) -> dict[str, Any]: ...


def renderer(compose: Path, folder: Path) -> Render:
    """Return what reads the stack with the real compose."""

    def render(
        env: dict[str, str] | None = None, *files: Path, profiles: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        own = folder / ".env"
        lines = (SECRETS if env is None else env).items()
        own.write_text("".join(f"{name}={value}\n" for name, value in lines), encoding="utf-8")
        command = [str(compose)]
        for file in (own, *files):
            command += ["--env-file", str(file)]
        for profile in profiles:
            command += ["--profile", profile]
        command += ["-f", str(FILE), "config", "--format", "json"]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": os.environ["PATH"]},
        )
        if done.returncode != 0:
            raise ComposeRefusedError(done.stderr)
        assert "level=warning" not in done.stderr, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    return render
