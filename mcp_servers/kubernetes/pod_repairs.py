"""The tools that have a pod replaced."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mcp_servers.common.envelope import Answer
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.kubernetes.removal import Removal

DryRun = Annotated[bool, Field(strict=True)]


@dataclass(frozen=True, slots=True)
class PodRepairs:
    """Has pods replaced, each time with a grant; `dry_run` needs none and changes nothing."""

    removal: Removal

    async def delete_pod(
        self,
        call: Call,
        namespace: str,
        name: str,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Delete one pod, which its ReplicaSet, StatefulSet or DaemonSet replaces."""
        return await self.removal.perform(call, namespace, name, dry_run=dry_run)

    async def evict_pod(
        self,
        call: Call,
        namespace: str,
        name: str,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Evict one pod if its disruption budgets let it go; its controller replaces it."""
        return await self.removal.perform(call, namespace, name, dry_run=dry_run)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        return tuple(Tool(function, writes=True) for function in (self.delete_pod, self.evict_pod))
