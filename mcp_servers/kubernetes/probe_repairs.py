"""The tool that changes a probe."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mcp_servers.common.envelope import Answer
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.kubernetes import kinds, probe_edits
from mcp_servers.kubernetes.alterations import Alteration
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.container_repairs import Word
from mcp_servers.kubernetes.probe_edits import Probe
from mcp_servers.kubernetes.repairs import DryRun, WorkloadKind
from mcp_servers.kubernetes.writing import Hand, Write

Port = Annotated[str, Field(strict=True, min_length=1, max_length=15)]
"""A number, or a port's name."""
Seconds = Annotated[int, Field(strict=True, ge=0, le=3600)]
Times = Annotated[int, Field(strict=True, ge=1, le=120)]


@dataclass(frozen=True, slots=True)
class ProbeRepairs:
    """Changes probes, each time with a grant; `dry_run` needs none and changes nothing."""

    hand: Hand

    async def patch_probe(  # noqa: PLR0913, PLR0917 - the tool's arguments
        self,
        call: Call,
        namespace: str,
        name: str,
        container: Word,
        probe: Probe,
        path: Word | None = None,
        port: Port | None = None,
        initial_delay_s: Seconds | None = None,
        period_s: Seconds | None = None,
        timeout_s: Seconds | None = None,
        failure_threshold: Times | None = None,
        success_threshold: Times | None = None,
        kind: WorkloadKind = "Deployment",
        dry_run: DryRun = False,  # noqa: FBT002 - as above
    ) -> Answer:
        """Change where a container's probe asks or how patient it is; never adds or removes one."""
        asked: dict[str, str | int | None] = {
            "path": path,
            "port": port,
            "initial_delay_s": initial_delay_s,
            "period_s": period_s,
            "timeout_s": timeout_s,
            "failure_threshold": failure_threshold,
            "success_threshold": success_threshold,
        }
        wanted = {key: value for key, value in asked.items() if value is not None}

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return probe_edits.patch(live, container, probe, wanted)

        return await self.hand.perform(
            Write(call, kinds.workload(kind), namespace, name, alter, dry_run)
        )

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        return (Tool(self.patch_probe, writes=True),)
