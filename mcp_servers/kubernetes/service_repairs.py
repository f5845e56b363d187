"""The tools that change where a Service leads."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mcp_servers.common.envelope import Answer, RefusedError
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.kubernetes import kinds, manners, service_edits
from mcp_servers.kubernetes.alterations import Alteration
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import entries, section
from mcp_servers.kubernetes.probe_repairs import Port
from mcp_servers.kubernetes.repairs import DryRun
from mcp_servers.kubernetes.writing import Alter, Hand, Write

PortNumber = Annotated[int, Field(strict=True, ge=1, le=65535)]
Selector = Annotated[str, Field(strict=True, min_length=1, max_length=2000)]
MAX_PODS = 2000


@dataclass(frozen=True, slots=True)
class ServiceRepairs:
    """Changes Services, each time with a grant; `dry_run` needs none and changes nothing."""

    hand: Hand

    async def patch_service_selector(
        self,
        call: Call,
        namespace: str,
        name: str,
        selector: Selector,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Set all labels, as key=value,key=value, by which a Service selects its pods; some pod has to bear them."""
        wanted = service_edits.labels_of(selector)

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return service_edits.select(live, wanted, await self._pods(namespace))

        return await self._perform(call, namespace, name, alter, dry_run=dry_run)

    async def patch_service_port(
        self,
        call: Call,
        namespace: str,
        name: str,
        port: PortNumber,
        target_port: Port,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Set which port of its pods, by number or name, a port of a Service leads to."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return service_edits.lead(live, port, target_port, await self._pods(namespace))

        return await self._perform(call, namespace, name, alter, dry_run=dry_run)

    async def _pods(self, namespace: str) -> list[Json]:
        """Return the pods of a namespace.

        Raises:
            RefusedError: `forbidden`: there are more than can be looked through.
        """
        listed = await self.hand.reader.list(kinds.POD, namespace, limit=MAX_PODS)
        if section(listed, "metadata").get("continue"):
            raise RefusedError("forbidden", f"there are more than {MAX_PODS} pods to look through")
        return entries(listed, "items")

    async def _perform(
        self, call: Call, namespace: str, name: str, alter: Alter, *, dry_run: bool
    ) -> Answer:
        write = Write(call, kinds.SERVICE, namespace, name, alter, dry_run, manners.DECLARED)
        return await self.hand.perform(write)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        functions = (self.patch_service_selector, self.patch_service_port)
        return tuple(Tool(function, writes=True) for function in functions)
