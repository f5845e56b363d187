"""Where an MCP server is and what opens it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server of one cluster; without a write token it cannot be written through."""

    url: str
    read_token: str = field(repr=False)
    write_token: str | None = field(default=None, repr=False)
