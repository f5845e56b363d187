"""Looks at an organization's clusters through their servers, which may be away: then that is said."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.clusters.toolboxes import Toolboxes
from backend.db import clusters
from backend.db.tenancy import Tenant
from sre_agent.domain.errors import PermanentError, TransientError
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.safety import redaction

_DEADLINE_S = 8.0
_CLUSTERS_MAX = 5
_Shape = TypeVar("_Shape", bound=BaseModel)


@dataclass(frozen=True)
class ClusterLooks:
    """Asks every cluster of one organization; `own` is the installation's own."""

    engine: AsyncEngine
    toolboxes: Toolboxes
    org_id: str
    own: Tenant

    async def each(
        self, server: str, tool: str, arguments: Sequence[Mapping[str, Any]], shape: type[_Shape]
    ) -> tuple[list[tuple[str, _Shape]], tuple[str, ...]]:
        """Return each cluster's answers, secrets masked, and a sentence for each that gave none."""
        calls = [
            (tenant, ToolCall(server=server, tool=tool, arguments=dict(asked)))
            for tenant in await self._clusters()
            for asked in arguments
        ]
        results = await asyncio.gather(*(self._read(tenant, call) for tenant, call in calls))
        found: list[tuple[str, _Shape]] = []
        notes: dict[str, None] = {}
        for (tenant, call), result in zip(calls, results, strict=True):
            if isinstance(result, str):
                notes[f"{call.server} of cluster {tenant.cluster_id} was not asked: {result}."] = (
                    None
                )
            elif result.status is ToolStatus.OK:
                found.append((tenant.cluster_id, _read(result, shape)))
            elif result.status is ToolStatus.UNREACHABLE:
                notes[f"{call.server} of cluster {tenant.cluster_id} does not answer."] = None
        return found, tuple(notes)

    async def _clusters(self) -> list[Tenant]:
        async with self.engine.connect() as connection:
            known = await clusters.list_all(connection, self.org_id)
        asked = [each.tenant for each in known if each.is_connected or each.tenant == self.own]
        return asked[:_CLUSTERS_MAX]

    async def _read(self, tenant: Tenant, call: ToolCall) -> ToolResult | str:
        try:
            result = await self.toolboxes.of(tenant).read(call, deadline_s=_DEADLINE_S)
        except (PermanentError, TransientError) as error:
            return str(error).rstrip(".")
        if result.code == "not_configured":
            return "it has no such server"
        return result


def _read(result: ToolResult, shape: type[_Shape]) -> _Shape:
    try:
        return shape.model_validate(redaction.redact_json(result.data))
    except ValidationError as error:
        raise TransientError("a server of the cluster answered in an unknown form") from error
