"""All sources as one: the first that has an id wins, and none can hide that another is silent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from mcp_servers.common.envelope import NoDataError, ToolFailureError
from mcp_servers.runbooks.runbook import Entry, Runbook
from mcp_servers.runbooks.sources import Shelf, Source

MAX_TOLD = 30
"""So many sentences of what was left out; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every source, the most trusted first."""

    sources: Sequence[Source]

    async def shelf(self) -> Shelf:
        """Return the runbooks of all sources.

        Raises:
            ToolFailureError: Not one source could be read.
        """
        looked = await asyncio.gather(*(_look(source) for source in self.sources))
        failures = [found for found in looked if isinstance(found, ToolFailureError)]
        if len(failures) == len(looked):
            raise failures[0]
        entries: dict[str, Entry] = {}
        left_out: list[str] = []
        for source, found in zip(self.sources, looked, strict=True):
            if isinstance(found, ToolFailureError):
                left_out.append(f"{source.name}: all of it: {found.reason}")
                continue
            left_out += found.left_out
            for entry in found.entries:
                entries.setdefault(entry.id, entry)
        return Shelf(tuple(entries.values()), _bounded(left_out))

    async def read(self, runbook_id: str) -> Runbook:
        """Return the runbook with an id, whole.

        Raises:
            ToolFailureError: No source has it, or the one that may have it cannot be read.
        """
        shelf = await self.shelf()
        entry = next((item for item in shelf.entries if item.id == runbook_id), None)
        if entry is None:
            told = f"; left out: {'; '.join(shelf.left_out[:3])}" if shelf.left_out else ""
            raise NoDataError(f"no runbook has the id {runbook_id[:100]!r}{told}")
        source = next(item for item in self.sources if item.name == entry.source)
        return await source.read(entry)

    async def require_ready(self) -> None:
        """Ask every source for a sign of life.

        Raises:
            ToolFailureError: One cannot be read.
        """
        for source in self.sources:
            await source.require_ready()

    async def close(self) -> None:
        """Let go of connections."""
        for source in self.sources:
            await source.close()


async def _look(source: Source) -> Shelf | ToolFailureError:
    try:
        return await source.shelf()
    except ToolFailureError as failure:
        return failure


def _bounded(sentences: list[str]) -> tuple[str, ...]:
    if len(sentences) <= MAX_TOLD:
        return tuple(sentences)
    return (*sentences[:MAX_TOLD], f"{len(sentences) - MAX_TOLD} more left out")
