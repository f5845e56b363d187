"""The specialists that investigate, as data."""

from dataclasses import dataclass

from sre_agent.domain.model import Value


@dataclass(frozen=True)
class Specialist:
    """One investigator: its name, the server it asks, and the mark its evidence ids begin with."""

    name: str
    server: str
    mark: str
    reason: str


SPECIALISTS: tuple[Specialist, ...] = (
    Specialist(
        "kubernetes", "kubernetes", "k8s", "what runs, what was released, what the cluster says"
    ),
    Specialist(
        "metrics", "prometheus", "met", "when the signals changed, and on which pods and calls"
    ),
    Specialist("logs", "loki", "log", "which errors are new, and whom they name"),
)
"""Every specialist, in the order in which they are shown."""

BY_NAME = {specialist.name: specialist for specialist in SPECIALISTS}


class Toolset(Value):
    """The tools of one server that someone may call."""

    server: str
    tools: frozenset[str]


class AllowList(Value):
    """Who may call what: each specialist its reading tools, the executor its writing ones."""

    specialists: dict[str, Toolset]
    executor: tuple[Toolset, ...] = ()

    def may_read(self, specialist: str, server: str, tool: str) -> bool:
        """Return whether a specialist may call a tool."""
        toolset = self.specialists.get(specialist)
        return toolset is not None and toolset.server == server and tool in toolset.tools

    def may_write(self, server: str, tool: str) -> bool:
        """Return whether a plan may contain a call of this tool."""
        return any(item.server == server and tool in item.tools for item in self.executor)

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """Return every (server, tool) that only reads."""
        return frozenset(
            (item.server, tool) for item in self.specialists.values() for tool in item.tools
        )
