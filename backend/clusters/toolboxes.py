"""The MCP servers of every cluster, looked up by organization and cluster, and kept open."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from backend.clusters.sealing import Seal
from backend.db import clusters
from backend.db.clusters import SealedEndpoint
from backend.db.tenancy import Tenant
from backend.settings import McpSettings
from sre_agent import ports
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.tools.endpoint import Endpoint

_log = structlog.get_logger()


class ClusterDisconnectedError(PermanentError):
    """The cluster is not connected, so that nothing can be asked of it."""


@dataclass(frozen=True)
class _Opened:
    """A toolbox, and what it was opened from."""

    origin: Sequence[SealedEndpoint]
    toolbox: Any


class Toolboxes:
    """Opens a cluster's servers when they are first asked for; use it as an async context manager.

    The own cluster's are those of the settings. Every look at another cluster asks the database
    again, so that a cluster that was disconnected or connected anew is so at once.
    """

    def __init__(self, engine: AsyncEngine, clock: ports.Clock, settings: McpSettings) -> None:
        self._engine = engine
        self._clock = clock
        self._own = Tenant(settings.org_id, settings.cluster_id)
        self._settings = settings
        self._seal = Seal(settings.secrets_key)
        self._opened: dict[Tenant, _Opened] = {}
        self._replaced: list[Any] = []
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for toolbox in (*self._replaced, *(each.toolbox for each in self._opened.values())):
            await toolbox.aclose()

    def of(self, tenant: Tenant) -> ports.Toolbox:
        """Return the toolbox of a cluster, which is looked up with each call."""
        return ClusterToolbox(self, tenant)

    async def endpoints(self, tenant: Tenant) -> dict[str, Endpoint]:
        """Return where a cluster's servers are.

        Raises:
            ClusterDisconnectedError: The cluster is not connected.
            BrokenSealError: Its tokens cannot be read with our keys.
            SettingsError: There is no key at all.
        """
        if tenant == self._own:
            return own_endpoints(self._settings)
        return self._unsealed(await self._stored(tenant))

    async def find(self, tenant: Tenant) -> Any:
        """Return the cluster's toolbox, opened anew if its endpoints were changed.

        Raises:
            ClusterDisconnectedError: The cluster is not connected.
            BrokenSealError: Its tokens cannot be read with our keys.
            SettingsError: There is no key at all.
        """
        stored = () if tenant == self._own else await self._stored(tenant)
        async with self._opening:
            known = self._opened.get(tenant)
            if known is not None and known.origin == stored:
                return known.toolbox
            if tenant == self._own:
                endpoints = own_endpoints(self._settings)
            else:
                endpoints = self._unsealed(stored)
            toolbox = await asyncio.to_thread(_open, endpoints, self._clock)
            if known is not None:
                _log.info("cluster_reopened", org_id=tenant.org_id, cluster_id=tenant.cluster_id)
                self._replaced.append(known.toolbox)  # calls may still be under way in it
            self._opened[tenant] = _Opened(stored, toolbox)
            return toolbox

    async def _stored(self, tenant: Tenant) -> Sequence[SealedEndpoint]:
        async with self._engine.connect() as connection:
            found = await clusters.find_endpoints(connection, tenant)
        if not found:
            raise ClusterDisconnectedError(f"cluster {tenant.cluster_id} is disconnected")
        return found

    def _unsealed(self, stored: Sequence[SealedEndpoint]) -> dict[str, Endpoint]:
        return {
            item.system: Endpoint(
                url=item.url,
                read_token=self._seal.open(item.read_token),
                write_token=self._seal.open(item.write_token) if item.write_token else None,
            )
            for item in stored
        }


class ClusterToolbox(ports.Toolbox):
    """The brain's port for one cluster; every call finds the cluster's servers as they are now.

    Its calls raise what `Toolboxes.find` raises: without a cluster there is no result to give.
    """

    def __init__(self, toolboxes: Toolboxes, tenant: Tenant) -> None:
        self._toolboxes = toolboxes
        self._tenant = tenant

    @override
    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        toolbox: ports.Toolbox = await self._toolboxes.find(self._tenant)
        return await toolbox.read(call, deadline_s=deadline_s)

    @override
    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        toolbox: ports.Toolbox = await self._toolboxes.find(self._tenant)
        return await toolbox.rehearse(call, deadline_s=deadline_s)

    @override
    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        toolbox: ports.Toolbox = await self._toolboxes.find(self._tenant)
        return await toolbox.write(call, grant=grant, deadline_s=deadline_s)


def own_endpoints(settings: McpSettings) -> dict[str, Endpoint]:
    """Return the servers of the installation's own cluster.

    Raises:
        SettingsError: A URL has no token beside it.
    """
    return {
        name: Endpoint(
            url=item.url,
            read_token=item.read_token.get_secret_value(),
            write_token=item.write_token.get_secret_value() if item.write_token else None,
        )
        for name, item in settings.mcp_endpoints.items()
    }


def _open(endpoints: Mapping[str, Endpoint], clock: ports.Clock) -> Any:
    # The client of the protocol takes half a second and 25 MB, which webhooks should not pay for.
    from sre_agent.tools.toolbox import McpToolbox  # noqa: PLC0415

    return McpToolbox(endpoints, clock)
