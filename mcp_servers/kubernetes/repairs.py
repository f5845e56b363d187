"""The tools that write."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import Answer, RefusedError
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.kubernetes import alterations, autoscalers, history, kinds
from mcp_servers.kubernetes.alterations import Alteration
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.writing import REHEARSAL, Hand, Write

DryRun = Annotated[bool, Field(strict=True)]
WorkloadKind = Literal["Deployment", "StatefulSet", "DaemonSet"]
Revision = Annotated[int, Field(strict=True, ge=1)]
Replicas = Annotated[int, Field(strict=True, ge=1, le=1000)]
"""Never zero: to stop a service altogether is not a repair."""


@dataclass(frozen=True, slots=True)
class Repairs:
    """Changes workloads, each time with a grant; `dry_run` needs none and changes nothing."""

    hand: Hand

    async def rollback_rollout(
        self,
        call: Call,
        namespace: str,
        name: str,
        to_revision: Revision,
        kind: WorkloadKind = "Deployment",
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Roll a workload back to the pod template of an earlier revision."""

        async def alter(live: Json, grant_id: str) -> Alteration:
            kept = await history.read(self.hand.reader, kinds.workload(kind), live)
            return alterations.rollback(live, kept, to_revision, grant_id)

        return await self.hand.perform(
            Write(call, kinds.workload(kind), namespace, name, alter, dry_run)
        )

    async def restart_rollout(
        self,
        call: Call,
        namespace: str,
        name: str,
        kind: WorkloadKind = "Deployment",
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Replace every pod of a workload, one after the other."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return alterations.restart(live, utc_now())

        return await self.hand.perform(
            Write(call, kinds.workload(kind), namespace, name, alter, dry_run)
        )

    async def scale_workload(
        self,
        call: Call,
        namespace: str,
        name: str,
        replicas: Replicas,
        kind: WorkloadKind = "Deployment",
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Set the number of pods of a Deployment or StatefulSet, never to zero."""
        if kind == kinds.DAEMON_SET.name:
            raise RefusedError("invalid_arguments", "a DaemonSet has as many pods as nodes")

        async def alter(live: Json, grant_id: str) -> Alteration:
            is_asked = grant_id == REHEARSAL
            found = (
                await autoscalers.warnings(self.hand.reader, kinds.workload(kind), live)
                if is_asked
                else ()
            )
            return alterations.scale(live, replicas, found)

        return await self.hand.perform(
            Write(call, kinds.workload(kind), namespace, name, alter, dry_run)
        )

    async def pause_rollout(
        self,
        call: Call,
        namespace: str,
        name: str,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Pause a Deployment's rollout: its pods stay as they are until it is resumed."""
        return await self._of_deployment(call, namespace, name, alterations.pause, dry_run=dry_run)

    async def resume_rollout(
        self,
        call: Call,
        namespace: str,
        name: str,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Resume a Deployment's paused rollout: what was declared meanwhile reaches its pods."""
        return await self._of_deployment(call, namespace, name, alterations.resume, dry_run=dry_run)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        functions = (
            self.rollback_rollout,
            self.restart_rollout,
            self.scale_workload,
            self.pause_rollout,
            self.resume_rollout,
        )
        return tuple(Tool(function, writes=True) for function in functions)

    async def _of_deployment(
        self,
        call: Call,
        namespace: str,
        name: str,
        altered: Callable[[Json], Alteration],
        *,
        dry_run: bool,
    ) -> Answer:
        async def alter(live: Json, _grant_id: str) -> Alteration:
            return altered(live)

        return await self.hand.perform(
            Write(call, kinds.DEPLOYMENT, namespace, name, alter, dry_run)
        )
