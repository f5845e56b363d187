"""The tool that changes between how many pods an autoscaler keeps."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mcp_servers.common.envelope import Answer, RefusedError
from mcp_servers.common.figures import Figure
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.kubernetes import kinds, manners
from mcp_servers.kubernetes.alterations import Alteration, Inverse
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, section, text
from mcp_servers.kubernetes.repairs import DryRun
from mcp_servers.kubernetes.writing import Hand, Write

Bound = Annotated[int, Field(strict=True, ge=1, le=1000)]


def set_bounds(autoscaler: Json, least: int | None, most: int | None) -> Alteration:
    """Return the change of the least or the most pods that an autoscaler keeps.

    Raises:
        RefusedError: `invalid_arguments`: neither is given, or the least would be above the most.
    """
    spec = section(autoscaler, "spec")
    before = {
        "min_replicas": count(spec, "minReplicas") or 1,
        "max_replicas": count(spec, "maxReplicas"),
    }
    asked = {"min_replicas": least, "max_replicas": most}
    wanted = {key: value for key, value in asked.items() if value is not None}
    if not wanted:
        raise RefusedError("invalid_arguments", "say min_replicas, max_replicas or both")
    after = {**before, **wanted}
    if after["min_replicas"] > after["max_replicas"]:
        reason = (
            f"the least ({after['min_replicas']}) would be above the most ({after['max_replicas']})"
        )
        raise RefusedError("invalid_arguments", reason)
    fields = {"min_replicas": "minReplicas", "max_replicas": "maxReplicas"}
    same = ("nothing changes: it is so already",) if before == after else ()
    return Alteration(
        patch={"spec": {fields[key]: value for key, value in wanted.items()}},
        detail=(
            f"keeps {after['min_replicas']} to {after['max_replicas']} pods, it kept "
            f"{before['min_replicas']} to {before['max_replicas']}"
        ),
        warnings=(*same, *_at_once(autoscaler, after)),
        figures=tuple(
            Figure(name=f"autoscaler_{key}", before=before[key], after=after[key]) for key in wanted
        ),
        inverse=None if same else Inverse("set_hpa_bounds", {key: before[key] for key in wanted}),
    )


def _at_once(autoscaler: Json, after: dict[str, int]) -> tuple[str, ...]:
    """Return that the workload is scaled at once, because it has too few or too many pods."""
    now = count(section(autoscaler, "status"), "currentReplicas")
    bounded = min(max(now, after["min_replicas"]), after["max_replicas"])
    if not now or bounded == now:
        return ()
    ref = section(autoscaler, "spec", "scaleTargetRef")
    return (f"{text(ref, 'kind')} {text(ref, 'name')} goes from {now} to {bounded} pods at once",)


@dataclass(frozen=True, slots=True)
class AutoscalerRepairs:
    """Changes autoscalers, each time with a grant; `dry_run` needs none and changes nothing."""

    hand: Hand

    async def set_hpa_bounds(
        self,
        call: Call,
        namespace: str,
        name: str,
        min_replicas: Bound | None = None,
        max_replicas: Bound | None = None,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Set the least or the most pods that a HorizontalPodAutoscaler keeps."""

        async def alter(live: Json, _grant_id: str) -> Alteration:
            return set_bounds(live, min_replicas, max_replicas)

        write = Write(call, kinds.AUTOSCALER, namespace, name, alter, dry_run, manners.DECLARED)
        return await self.hand.perform(write)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        return (Tool(self.set_hpa_bounds, writes=True),)
