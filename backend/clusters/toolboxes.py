"""The MCP servers of every cluster, looked up by organization and cluster, and kept open."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
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
from backend.settings.mcp import McpSettings
from sre_agent import ports
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.tools.endpoint import Endpoint

_log = structlog.get_logger()


class ClusterDisconnectedError(PermanentError):
    """The cluster is not connected, so that nothing can be asked of it."""


@dataclass(eq=False)
class _Opened:
    """A toolbox, what it was opened from, and how many calls are under way in it."""

    origin: Sequence[SealedEndpoint]
    toolbox: Any
    users: int = 0
    is_dropped: bool = False

    async def close_unused(self) -> None:
        """Close it when it is no more to be used, and nobody uses it."""
        if self.is_dropped and not self.users:
            await self.toolbox.aclose()


class Toolboxes:
    """Opens a cluster's servers when they are first asked for; use it as an async context manager.

    The own cluster's are those of the settings. Every look at another cluster asks the database
    again, so that a cluster that was disconnected or connected anew is so at once; what was open
    until then is closed with the last call in it.
    """

    def __init__(self, engine: AsyncEngine, clock: ports.Clock, settings: McpSettings) -> None:
        self._engine = engine
        self._clock = clock
        self._own = Tenant(settings.org_id, settings.cluster_id)
        self._settings = settings
        self._seal = Seal(settings.secrets_key)
        self._opened: dict[Tenant, _Opened] = {}
        self._locks: dict[Tenant, asyncio.Lock] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for opened in self._opened.values():
            await opened.toolbox.aclose()

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

    @asynccontextmanager
    async def lend(self, tenant: Tenant) -> AsyncIterator[Any]:
        """Yield the cluster's toolbox for one call, opened anew if its endpoints were changed.

        Raises:
            ClusterDisconnectedError: The cluster is not connected.
            BrokenSealError: Its tokens cannot be read with our keys.
            SettingsError: There is no key at all.
        """
        # Looked up under the lock: a late answer of the database never opens what was replaced.
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            opened = await self._current(tenant)
            opened.users += 1
        try:
            yield opened.toolbox
        finally:
            opened.users -= 1
            await opened.close_unused()

    async def _current(self, tenant: Tenant) -> _Opened:
        is_own = tenant == self._own
        try:
            stored = () if is_own else await self._stored(tenant)
        except ClusterDisconnectedError:
            await self._drop(tenant)
            raise
        known = self._opened.get(tenant)
        if known is not None and known.origin == stored:
            return known
        endpoints = own_endpoints(self._settings) if is_own else self._unsealed(stored)
        fresh = _Opened(stored, await asyncio.to_thread(_open, endpoints, self._clock))
        if known is not None:
            _log.info("cluster_reopened", org_id=tenant.org_id, cluster_id=tenant.cluster_id)
            await self._drop(tenant)
        self._opened[tenant] = fresh
        return fresh

    async def _drop(self, tenant: Tenant) -> None:
        opened = self._opened.pop(tenant, None)
        if opened is not None:
            opened.is_dropped = True
            await opened.close_unused()

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

    Its calls raise what `Toolboxes.lend` raises: without a cluster there is no result to give.
    """

    def __init__(self, toolboxes: Toolboxes, tenant: Tenant) -> None:
        self._toolboxes = toolboxes
        self._tenant = tenant

    @override
    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        async with self._toolboxes.lend(self._tenant) as toolbox:
            found: ToolResult = await toolbox.read(call, deadline_s=deadline_s)
        return found

    @override
    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        async with self._toolboxes.lend(self._tenant) as toolbox:
            found: ToolResult = await toolbox.rehearse(call, deadline_s=deadline_s)
        return found

    @override
    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        async with self._toolboxes.lend(self._tenant) as toolbox:
            found: ToolResult = await toolbox.write(call, grant=grant, deadline_s=deadline_s)
        return found


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
