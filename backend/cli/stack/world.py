"""What the platform watches: the systems named in `.env`, or a lab of its own."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.cli.stack import forge
from backend.cli.stack.files import write_secret
from backend.cli.stack.layout import Layout
from backend.cli.stack.programs import is_set
from sre_agent.domain.errors import PermanentError

REAL = (
    "KUBERNETES_API_URL",
    "MCP_KUBECONFIG",
    "KUBERNETES_IN_CLUSTER",
    "PROMETHEUS_URL",
    "LOKI_URL",
    "JAEGER_URL",
)
"""Naming any of these means real systems; then no lab is started."""

LAB_PACE = {"VERIFICATION_HOLD_SECONDS": "10", "VERIFICATION_DEADLINE_SECONDS": "90"}
"""The lab scrapes every second: ten seconds of it say what five minutes say elsewhere."""

_LAB_BRAKES = {
    "COOL_DOWN_FACTOR": "0",
    "WRITES_PER_HOUR_SERVICE": "1000",
    "WRITES_PER_HOUR_CLUSTER": "10000",
}
"""In the lab people break one service again and again, to see it repaired again and again."""


def is_real(settings: Mapping[str, str]) -> bool:
    """Return whether the settings name real systems."""
    return any(is_set(settings, name) for name in REAL)


def lab_command(layout: Layout, *arguments: str) -> list[str]:
    """Return a command of the lab, which is a program of its own."""
    command, *rest = arguments
    return [sys.executable, "-m", "infrastructure.lab", command, "--dir", str(layout.lab), *rest]


def lab_up(layout: Layout, url: str, *, seed: int | None = None) -> None:
    """Start the lab unless it is up; what happens in it is told to the platform at the URL.

    One that a start on another port left behind is started anew: its alerts would go nowhere.

    Raises:
        PermanentError: It did not start; its own words are in the message.
    """
    if lab_is_up(layout):
        if _tells(layout) == url:
            return
        lab_down(layout)
    arguments = ["--tools-dir", str(layout.run / "tools"), "--webhook-url", f"{url}/webhook/alert"]
    arguments += ["--webhook-token-file", str(layout.webhook_token_file)]
    arguments += forge.told_to(layout, url)
    if seed is not None:
        arguments += ["--seed", str(seed)]
    done = subprocess.run(  # noqa: S603 - our own program
        lab_command(layout, "up", *arguments),
        cwd=layout.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PermanentError(f"the lab did not start: {done.stderr.strip() or done.stdout.strip()}")
    layout.lab_webhook.write_text(url, encoding="utf-8")


def _tells(layout: Layout) -> str | None:
    return layout.lab_webhook.read_text(encoding="utf-8") if layout.lab_webhook.exists() else None


def lab_is_up(layout: Layout) -> bool:
    """Return whether the lab runs and serves."""
    done = subprocess.run(  # noqa: S603 - our own program
        lab_command(layout, "status"), cwd=layout.root, capture_output=True, check=False
    )
    return done.returncode == 0


def lab_down(layout: Layout) -> None:
    """Stop the lab, if there is one."""
    subprocess.run(  # noqa: S603 - our own program
        lab_command(layout, "down"), cwd=layout.root, capture_output=True, check=False
    )


def lab_record(layout: Layout) -> dict[str, Any]:
    """Return what the lab says about itself: addresses, tokens, names."""
    record: dict[str, Any] = json.loads((layout.lab / "lab.json").read_text(encoding="utf-8"))
    return record


def with_lab(layout: Layout, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings with the lab's systems in them, as a user would write them into `.env`.

    What they say themselves goes before, and the lab's forge is left out where they name another GitHub.
    """
    record = lab_record(layout)
    kubernetes = record["kubernetes"]
    systems = {
        "KUBERNETES_API_URL": kubernetes["url"],
        "KUBERNETES_READ_TOKEN": kubernetes["tokens"]["read"],
        "KUBERNETES_WRITE_TOKEN": kubernetes["tokens"]["write"],
        "PROMETHEUS_URL": record["prometheus"]["url"],
        "LOKI_URL": record["loki"]["url"],
        "JAEGER_URL": record["jaeger"]["url"],
        **LAB_PACE,
        **_LAB_BRAKES,
    }
    return {**systems, **settings, **forge.settings(layout, record["forge"], settings)}


def write_webhook_token(path: Path, token: str) -> None:
    """Put the webhook's token where the lab's Alertmanager reads it."""
    write_secret(path, token)
