"""The tool allow-list: who may call which tool of which server."""

from sre_agent.domain.model import Value


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

    @property
    def writes(self) -> frozenset[tuple[str, str]]:
        """Return every (server, tool) that a plan may contain."""
        return frozenset((item.server, tool) for item in self.executor for tool in item.tools)

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """Return every (server, tool) that only reads."""
        return frozenset(
            (item.server, tool) for item in self.specialists.values() for tool in item.tools
        )
