"""The tools: plain functions over all sources of runbooks. All of them only read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer, RefusedError
from mcp_servers.common.toolset import Tool
from mcp_servers.runbooks import markdown, runbook, search
from mcp_servers.runbooks.answers import Match, Matches, Section, Stale, Whole
from mcp_servers.runbooks.catalogue import Catalogue

MAX_MATCHES = 20
MAX_DAYS = 3650
MAX_TEXT_CHARS = 24_000
"""How much of a runbook one answer holds."""

_MAX_ASKED_CHARS = 500


@dataclass(frozen=True, slots=True)
class RunbookTools:
    """What this server can be asked."""

    catalogue: Catalogue
    now: Callable[[], datetime]

    def all(self) -> tuple[Tool, ...]:
        """Return every tool."""
        return tuple(Tool(run) for run in (self.search_runbooks, self.get_runbook, self.list_stale))

    async def search_runbooks(
        self,
        alert: str = "",
        service: str = "",
        query: str = "",
        limit: int = 5,
        fault_class: str = "",
    ) -> Answer:
        """Find runbooks by the exact name of an alert, class of fault, service, words, or several of these.

        The best come first, each with its score and why it matched. Runbooks that name other
        services than the one asked for do not match. Asked for nothing, it lists all.
        """
        limits.require_range("limit", limit, low=1, high=MAX_MATCHES)
        if max(len(alert), len(service), len(query), len(fault_class)) > _MAX_ASKED_CHARS:
            reason = f"each part may have {_MAX_ASKED_CHARS} characters at most"
            raise RefusedError("invalid_arguments", reason)
        shelf = await self.catalogue.shelf()
        asked = search.Asked(alert.strip(), service.strip(), query.strip(), fault_class.strip())
        hits = (
            search.find(shelf.entries, asked)
            if any(asked)
            else [search.Hit(entry, 0.0, (), "all were asked for") for entry in shelf.entries]
        )
        kept, left_out = limits.first(hits, limit, "runbooks")
        matches = tuple(
            Match(
                **runbook.head(hit.entry, self._today()).model_dump(),
                score=hit.score,
                matched=hit.matched,
                why=hit.why,
            )
            for hit in kept
        )
        data = Matches(
            alert=asked.alert,
            service=asked.service,
            query=asked.query,
            fault_class=asked.fault_class,
            matches=matches,
        )
        return Answer(data, (*left_out, *shelf.left_out))

    async def get_runbook(self, id: str) -> Answer:
        """Return one runbook: what it says of itself, its sections, and its typed steps."""
        found = await self.catalogue.read(id)
        sections, left_out = _bounded(found.sections)
        data = Whole(
            **runbook.head(found.entry, self._today()).model_dump(),
            sections=sections,
            steps=found.steps,
            problems=found.problems,
        )
        told = tuple(f"{found.entry.name}: {problem}" for problem in found.problems)
        return Answer(data, (*found.left_out, *left_out, *told))

    async def list_stale(self, days: int = runbook.STALE_AFTER_DAYS, limit: int = 100) -> Answer:
        """List runbooks last validated more than `days` ago or never; never and oldest first."""
        limits.require_range("days", days, low=0, high=MAX_DAYS)
        limits.require_range("limit", limit, low=1, high=1000)
        shelf = await self.catalogue.shelf()
        heads = [runbook.head(entry, self._today()) for entry in shelf.entries]
        stale = [head for head in heads if runbook.is_stale(head.age_days, days)]
        stale.sort(key=lambda head: (head.age_days is not None, -(head.age_days or 0), head.id))
        kept, left_out = limits.first(stale, limit, "stale runbooks")
        data = Stale(days=days, total=len(heads), runbooks=kept)
        return Answer(data, (*left_out, *shelf.left_out))

    def _today(self) -> date:
        return self.now().date()


def _bounded(found: Sequence[markdown.Section]) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """Return as many sections as fit into an answer, and what was left out."""
    room, kept = MAX_TEXT_CHARS, list[Section]()
    for number, item in enumerate(found):
        room -= len(item.heading)
        if room <= 0:
            return tuple(kept), (f"{len(found) - number} of {len(found)} sections left out",)
        text = item.markdown if len(item.markdown) <= room else limits.cut(item.markdown, room)
        kept.append(Section(heading=item.heading, level=item.level, markdown=text))
        room -= len(text)
    is_cut = sum(len(item.markdown) for item in found) > sum(len(item.markdown) for item in kept)
    return tuple(kept), (("the end of the text left out",) if is_cut or room < 0 else ())
