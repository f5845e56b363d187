"""Where the MCP servers of one cluster are, and which tokens open them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One server: its MCP address and the token of each kind of session.

    Without a write token nothing can be written through it.
    """

    url: str
    read_token: str
    write_token: str | None = None


Endpoints = Mapping[str, Endpoint]
"""Each server by name, as specialists and playbooks name it."""
