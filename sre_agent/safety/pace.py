"""How much may be written how fast: caps per hour, and a rest for each workload after a write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sre_agent.domain.actions import Actions
from sre_agent.domain.brakes import Brake, Obstacle
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action
from sre_agent.domain.tools import ToolCall

WINDOW = timedelta(hours=1)
"""Over which writes are counted."""

UNKNOWN_COOL_DOWN_S = 600.0
"""The rest after an action that the catalogue does not know: that of a critical one."""


@dataclass(frozen=True)
class Caps:
    """How many writes an hour may hold: of one workload, and of a whole cluster.

    `cool_down_factor` is by how much longer, or shorter, workloads rest than the catalogue says.
    """

    per_workload: int = 6
    per_cluster: int = 30
    cool_down_factor: float = 1.0


@dataclass(frozen=True)
class Written:
    """A write that was granted: to which workload, as part of which plan, and how long it rests."""

    incident_id: str
    workload: str
    plan_sha256: str
    at: datetime
    cool_until: datetime


def workload_of(action: Action) -> ObjectRef:
    """Return what an action really changes: of a pod the workload that replaces it.

    A ReplicaSet is named after its Deployment, with a hash of the template behind a hyphen.
    """
    target = action.target
    controller = action.dry_run.controller if action.dry_run else None
    if target.kind != "Pod" or controller is None:
        return target
    if controller.kind != "ReplicaSet" or "-" not in controller.name:
        return controller
    return ObjectRef.deployment(controller.namespace, controller.name.rpartition("-")[0])


def cool_down(call: ToolCall, kinds: Actions, caps: Caps) -> timedelta:
    """Return how long the workload rests after the action."""
    kind = kinds.find(call.server, call.tool)
    seconds = UNKNOWN_COOL_DOWN_S if kind is None else kind.cool_down_s
    return timedelta(seconds=seconds * caps.cool_down_factor)


def find_obstacle(
    wanted: Written, past: Sequence[Written], caps: Caps, now: datetime
) -> Obstacle | None:
    """Return what keeps a write from being granted now, the longest of it; None if nothing does."""
    return longest(find_obstacles(wanted, past, caps, now))


def find_obstacles(
    wanted: Written, past: Sequence[Written], caps: Caps, now: datetime
) -> list[Obstacle]:
    """Return all that keeps a write from being granted now.

    Writes that seem to be yet to come count as well: a clock that was set back frees nothing. The
    steps of one plan do not wait for each other: they were proposed, and permitted, as a whole.
    """
    lately = [item for item in past if item.at > now - WINDOW]
    of_workload = [item for item in lately if item.workload == wanted.workload]
    found = [
        _cooling(wanted, past, now),
        _capped(of_workload, caps.per_workload, wanted.workload),
        _capped(lately, caps.per_cluster, "the cluster"),
    ]
    return [item for item in found if item is not None]


def longest(obstacles: Iterable[Obstacle]) -> Obstacle | None:
    """Return the obstacle that lasts longest; one without an end lasts longer than any."""
    return max(obstacles, key=_end, default=None)


def _end(obstacle: Obstacle) -> tuple[bool, float]:
    until = obstacle.until
    return until is None, 0.0 if until is None else until.timestamp()


def _cooling(wanted: Written, past: Sequence[Written], now: datetime) -> Obstacle | None:
    ends = [
        item.cool_until
        for item in past
        if item.workload == wanted.workload
        and (item.incident_id, item.plan_sha256) != (wanted.incident_id, wanted.plan_sha256)
        and item.cool_until > now
    ]
    if not ends:
        return None
    reason = f"{wanted.workload} was changed a short while ago and cools down"
    return Obstacle(brake=Brake.COOL_DOWN, reason=reason, until=max(ends))


def _capped(lately: Sequence[Written], cap: int, of_what: str) -> Obstacle | None:
    if len(lately) < cap:
        return None
    times = sorted(item.at for item in lately)
    reason = f"{len(lately)} writes to {of_what} within an hour, and {cap} are allowed"
    return Obstacle(brake=Brake.CAP, reason=reason, until=times[len(lately) - cap] + WINDOW)
