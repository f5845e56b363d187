"""The tools that change one container of a workload."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mcp_servers.common.envelope import Answer
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.kubernetes import container_edits, kinds
from mcp_servers.kubernetes.alterations import Alteration
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.repairs import DryRun, WorkloadKind
from mcp_servers.kubernetes.writing import Hand, Write

Quantity = Annotated[str, Field(strict=True, min_length=1, max_length=24)]
Word = Annotated[str, Field(strict=True, min_length=1, max_length=512)]


@dataclass(frozen=True, slots=True)
class ContainerRepairs:
    """Changes containers, each time with a grant; `dry_run` needs none and changes nothing."""

    hand: Hand

    async def set_resources(  # noqa: PLR0913, PLR0917 - the tool's arguments
        self,
        call: Call,
        namespace: str,
        name: str,
        container: Word,
        memory_limit: Quantity | None = None,
        memory_request: Quantity | None = None,
        cpu_limit: Quantity | None = None,
        cpu_request: Quantity | None = None,
        kind: WorkloadKind = "Deployment",
        dry_run: DryRun = False,  # noqa: FBT002 - as above
    ) -> Answer:
        """Set limits or requests of a workload's container, such as 256Mi or 500m."""
        asked = {
            "memory_limit": memory_limit,
            "memory_request": memory_request,
            "cpu_limit": cpu_limit,
            "cpu_request": cpu_request,
        }
        wanted = {key: value for key, value in asked.items() if value is not None}

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return container_edits.set_resources(live, container, wanted)

        return await self.hand.perform(
            Write(call, kinds.workload(kind), namespace, name, alter, dry_run)
        )

    async def set_image(  # noqa: PLR0913, PLR0917 - the tool's arguments
        self,
        call: Call,
        namespace: str,
        name: str,
        container: Word,
        image: Word,
        kind: WorkloadKind = "Deployment",
        dry_run: DryRun = False,  # noqa: FBT002 - as above
    ) -> Answer:
        """Set a workload's container to another tag or digest of the image it runs."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return container_edits.set_image(live, container, image)

        return await self.hand.perform(
            Write(call, kinds.workload(kind), namespace, name, alter, dry_run)
        )

    async def set_env(  # noqa: PLR0913, PLR0917 - the tool's arguments
        self,
        call: Call,
        namespace: str,
        name: str,
        container: Word,
        variable: Word,
        value: Annotated[str, Field(strict=True)],
        kind: WorkloadKind = "Deployment",
        dry_run: DryRun = False,  # noqa: FBT002 - as above
    ) -> Answer:
        """Set a plain variable, never a secret, of a workload's container."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return container_edits.set_env(live, container, variable, value)

        return await self.hand.perform(
            Write(call, kinds.workload(kind), namespace, name, alter, dry_run)
        )

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        functions = (self.set_resources, self.set_image, self.set_env)
        return tuple(Tool(function, writes=True) for function in functions)
