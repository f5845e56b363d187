"""The tools that say whether a node takes pods, and empty it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mcp_servers.common.envelope import Answer
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.kubernetes import kinds, manners, node_edits
from mcp_servers.kubernetes.alterations import Alteration
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.draining import Draining
from mcp_servers.kubernetes.evictability import Terms
from mcp_servers.kubernetes.repairs import DryRun
from mcp_servers.kubernetes.writing import Alter, Hand, Write

Declared = Annotated[bool, Field(strict=True)]
NO_NAMESPACE = ""
DRAIN_DEADLINE_S = 270.0
"""How long emptying a node may take; what budgets keep longer stays."""


@dataclass(frozen=True, slots=True)
class NodeRepairs:
    """Closes, opens and empties nodes, with a grant; `dry_run` needs none and changes nothing."""

    hand: Hand
    draining: Draining

    async def cordon_node(
        self,
        call: Call,
        name: str,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Have a node take no more pods; another has to be ready to take them."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            await node_edits.require_another(self.hand.reader, live)
            return node_edits.closing(live)

        return await self._perform(call, name, alter, dry_run=dry_run)

    async def uncordon_node(
        self,
        call: Call,
        name: str,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Have a node take pods again."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return node_edits.opening(live)

        return await self._perform(call, name, alter, dry_run=dry_run)

    async def drain_node(
        self,
        call: Call,
        name: str,
        evict_local_data: Declared = False,  # noqa: FBT002 - the tool's arguments
        leave_uncontrolled: Declared = False,  # noqa: FBT002 - as above
        dry_run: DryRun = False,  # noqa: FBT002 - as above
    ) -> Answer:
        """Cordon a node and evict its pods one after the other, within their disruption budgets."""
        terms = Terms(
            protected=self.hand.protected,
            evict_local_data=evict_local_data,
            leave_uncontrolled=leave_uncontrolled,
        )
        return await self.draining.perform(call, name, terms, dry_run=dry_run)

    async def _perform(self, call: Call, name: str, alter: Alter, *, dry_run: bool) -> Answer:
        write = Write(call, kinds.NODE, NO_NAMESPACE, name, alter, dry_run, manners.NODE)
        return await self.hand.perform(write)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        quick = tuple(
            Tool(function, writes=True) for function in (self.cordon_node, self.uncordon_node)
        )
        return (*quick, Tool(self.drain_node, writes=True, deadline_s=DRAIN_DEADLINE_S))
