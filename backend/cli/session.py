"""What a command starts from: the checkout it stands in, and a client for its platform."""

import os
from pathlib import Path

from rich.console import Console

from backend.cli.client import Client
from backend.cli.plain import escape
from backend.cli.stack import environment, lifecycle
from backend.cli.stack.layout import Layout
from backend.plain import plain
from sre_agent.domain.errors import PermanentError

console = Console(highlight=False)
"""Where commands print."""

errors = Console(stderr=True, highlight=False)
"""Where they say what went wrong."""


def tell_error(error: Exception, where: Console = errors) -> None:
    """Say what went wrong in one sentence; what the error quotes is no markup."""
    where.print(f"[red]sre-agent:[/] {escape(plain(str(error)))}")


def layout() -> Layout:
    """Return the checkout around the present folder, or the folder itself."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").exists() and (folder / "start.sh").exists():
            return Layout(folder)
    return Layout(here)


def client() -> Client:
    """Return a client for SRE_AGENT_URL with SRE_AGENT_TOKEN, or for this checkout's own platform.

    Raises:
        PermanentError: Nothing runs here and no address was given.
    """
    url, token = os.environ.get("SRE_AGENT_URL"), os.environ.get("SRE_AGENT_TOKEN")  # noqa: TID251 - a client's own two settings
    if url and token:
        return Client(url, token)
    place = layout()
    running = lifecycle.record(place)
    if running is None:
        raise PermanentError(
            "the platform is not up here: ./start.sh starts it (or set SRE_AGENT_URL and SRE_AGENT_TOKEN)"
        )
    own = token or environment.operator_token(environment.read(place.env_file))
    if own is None:
        raise PermanentError("API_TOKENS in .env has no approver or admin")
    return Client(url or str(running["url"]), own)
