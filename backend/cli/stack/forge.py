"""The lab's forge as the GitHub of a platform that watches the lab, unless `.env` names another."""

import secrets
from collections.abc import Mapping
from typing import Any

from backend.cli.stack.files import write_secret
from backend.cli.stack.layout import Layout

_ANOTHER = ("GITHUB_REPOSITORIES", "GITHUB_READ_TOKEN", "GITHUB_WRITE_TOKEN", "GITHUB_APP_ID")
"""Naming any of these means another GitHub; its settings and those of the lab are never mixed."""
_WEBHOOK_SECRETS = "GITHUB_WEBHOOK_SECRETS"


def told_to(layout: Layout, url: str) -> list[str]:
    """Return the arguments that have the lab's forge tell the platform at the URL of all that happens."""
    if not _secret(layout):
        write_secret(layout.forge_secret_file, secrets.token_hex(24))
    hook = ["--forge-webhook-url", f"{url}/webhook/github"]
    return [*hook, "--forge-webhook-secret-file", str(layout.forge_secret_file)]


def settings(
    layout: Layout, record: Mapping[str, Any], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Return what the platform has to be told so that it hears the forge, reads it and writes to it.

    Args:
        layout: the checkout's places.
        record: what the lab says of its forge.
        chosen: what is set already.
    """
    signed = ",".join(filter(None, (chosen.get(_WEBHOOK_SECRETS), _secret(layout))))
    heard = {_WEBHOOK_SECRETS: signed} if signed else {}
    if any(name in chosen for name in _ANOTHER):
        return heard
    return {
        **heard,
        "GITHUB_URL": f"{record['url']}/api/v3",
        "GITHUB_REPOSITORIES": record["repository"],
        "GITHUB_READ_TOKEN": record["tokens"]["read"],
        "GITHUB_WRITE_TOKEN": record["tokens"]["write"],
    }


def _secret(layout: Layout) -> str:
    """Return what the forge signs with; empty where it was never told."""
    file = layout.forge_secret_file
    return file.read_text(encoding="utf-8") if file.exists() else ""
