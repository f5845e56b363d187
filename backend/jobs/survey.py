"""Look around the cluster now and then, so that the neighbours of a service are known before it fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import rounds
from backend.clusters.toolboxes import Toolboxes
from backend.db import service_edges
from backend.db.service_edges import ServiceEdge
from backend.db.tenancy import Tenant
from sre_agent import ports
from sre_agent.diagnosis.incident import neighbourhood
from sre_agent.domain.errors import PermanentError, TransientError
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.kubernetes import Resource, ResourceList
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus

_SERVER = "kubernetes"
_KINDS = ("Deployment", "Service")
_KINDS_IF_ANY = ("StatefulSet", "DaemonSet")
"""Not every cluster has them, or shows them to everyone; who calls whom is known without."""
_NOT_THERE = frozenset({ToolStatus.REFUSED})
_ROWS_MAX = 500
_CALL_DEADLINE_S = 10.0

_log = structlog.get_logger()


class SurveyError(TransientError):
    """The cluster could not be looked at; the next survey may."""


class _Namespace(Observation):
    name: str


class _Namespaces(Observation):
    namespaces: tuple[_Namespace, ...]


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """Looks at one cluster after the other: the own one, and those that are connected by then."""

    toolboxes: Toolboxes
    engine: AsyncEngine
    clock: ports.Clock
    own: Tenant
    interval_s: float

    async def run(self) -> None:
        """Survey until cancelled; a survey that fails is told, and what was known stays."""
        pause_s = self.interval_s
        await rounds.go_on(self.go, self.clock, pause_s=pause_s, failed="survey_failed")

    async def go(self) -> None:
        """Survey every cluster once; one that cannot be seen does not keep us from the others."""
        for tenant in await rounds.tenants(self.engine, self.own):
            try:
                if _SERVER not in await self.toolboxes.endpoints(tenant):
                    continue
                edges = await Surveyor(
                    toolbox=self.toolboxes.of(tenant),
                    engine=self.engine,
                    clock=self.clock,
                    tenant=tenant,
                ).survey()
                _log.info("cluster_surveyed", cluster_id=tenant.cluster_id, edges=edges)
            except (PermanentError, TransientError) as error:
                _log.warning(
                    "survey_failed", cluster_id=tenant.cluster_id, reason=rounds.first_line(error)
                )


@dataclass(frozen=True, kw_only=True)
class Surveyor:
    """Reads what is deployed, in sessions that can only read, and stores who calls whom."""

    toolbox: ports.Toolbox
    engine: AsyncEngine
    clock: ports.Clock
    tenant: Tenant

    async def survey(self) -> int:
        """Look at every namespace once; return how many edges there are.

        Raises:
            SurveyError: The cluster cannot be seen; nothing was changed.
        """
        resources: list[Resource] = []
        whole: list[str] = []
        for name in await self._namespaces():
            lists = [await self._list(kind, name) for kind in (*_KINDS, *_KINDS_IF_ANY)]
            resources += [row for found, _ in lists for row in found]
            if not any(left_out for _, left_out in lists):
                whole.append(name)
        edges = [
            ServiceEdge(call.namespace, call.caller, call.callee)
            for call in sorted(neighbourhood.configured(resources))
        ]
        async with self.engine.begin() as connection:
            now = self.clock.now()
            await service_edges.replace(connection, self.tenant, whole, edges, now=now)
        return len(edges)

    async def _namespaces(self) -> Sequence[str]:
        answer = await self._read("list_namespaces")
        if answer.status is ToolStatus.NO_DATA:
            return ()
        try:
            found = _Namespaces.model_validate(answer.data)
        except ValidationError as error:
            raise SurveyError("an unreadable list of namespaces") from error
        return [each.name for each in found.namespaces]

    async def _list(self, kind: str, namespace: str) -> tuple[Sequence[Resource], bool]:
        """Return the rows of a kind, and whether some were left out."""
        accepted = _NOT_THERE if kind in _KINDS_IF_ANY else frozenset[ToolStatus]()
        answer = await self._read(
            "list_resources", accepted, kind=kind, namespace=namespace, limit=_ROWS_MAX
        )
        if answer.status is not ToolStatus.OK:
            return (), False
        try:
            return ResourceList.model_validate(answer.data or {}).items, bool(answer.left_out)
        except ValidationError as error:
            raise SurveyError(f"an unreadable list of {kind} in {namespace}") from error

    async def _read(
        self,
        tool: str,
        accepted: frozenset[ToolStatus] = frozenset(),
        **arguments: str | int,
    ) -> ToolResult:
        call = ToolCall(server=_SERVER, tool=tool, arguments=arguments)
        answer = await self.toolbox.read(call, deadline_s=_CALL_DEADLINE_S)
        if answer.status in {ToolStatus.OK, ToolStatus.NO_DATA, *accepted}:
            return answer
        raise SurveyError(f"{call}: {answer.reason}")
