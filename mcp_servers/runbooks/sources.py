"""Where runbooks are kept: what the tools need of a folder or a database."""

from dataclasses import dataclass
from typing import Protocol

from mcp_servers.runbooks.runbook import Entry, Runbook


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything a source has; `left_out` names each file or page that cannot be used, and why."""

    entries: tuple[Entry, ...]
    left_out: tuple[str, ...] = ()


class Source(Protocol):
    """One place where runbooks are kept."""

    @property
    def name(self) -> str:
        """Return what the place is called in answers."""
        ...

    async def shelf(self) -> Shelf:
        """Return what is there now.

        Raises:
            ToolFailureError: The place cannot be read.
        """
        ...

    async def read(self, entry: Entry) -> Runbook:
        """Return an entry's runbook, whole.

        Raises:
            ToolFailureError: It is gone, or the place cannot be read.
        """
        ...

    async def require_ready(self) -> None:
        """Ask for a sign of life.

        Raises:
            ToolFailureError: The place cannot be read.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
