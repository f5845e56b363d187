"""What a verification asks, when, and what it is answered; before the action and after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from sre_agent.domain.alert import Alert
from sre_agent.domain.incident import Follower
from sre_agent.domain.model import Observation
from sre_agent.domain.objects import CONTROLLERS, ObjectRef
from sre_agent.domain.plan import Action, Verification
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus

SeenT = TypeVar("SeenT", bound=Observation)

LEAST_WINDOW_S = 120
POINTS_PER_HOLD = 6
ALERTS_MOST = 500
"""So many alerts of a whole cluster are looked through; more than that, and nobody can tell."""


@dataclass(frozen=True)
class Answer:
    """A call of a verification and what came of it."""

    call: ToolCall
    result: ToolResult


@dataclass(frozen=True, kw_only=True)
class Look:
    """When a look is taken, and what is known beside the answers.

    `alerts` are those of the incident as it stands now; `steady_since` is that of the look before, as
    is `harmed_since`: what was worse then, and since when. `before` is what the same calls said right
    before the action, `callers` who calls its target, `followers` what it may have caused elsewhere.
    `looking_since` is when the present worker began to look, which may be long after the action.
    `deed` is the action where it is proved by rehearsing it `again`. `own_rollouts` is how many
    rollouts of the repaired workload the actions themselves were.
    """

    action_finished_at: datetime
    now: datetime
    looking_since: datetime | None = None
    alerts: Sequence[Alert] = ()
    steady_since: datetime | None = None
    harmed_since: Mapping[str, datetime] = field(default_factory=dict)
    before: Sequence[Answer] = ()
    callers: Sequence[str] = ()
    followers: Sequence[Follower] = ()
    deed: Action | None = None
    again: ToolResult | None = None
    own_rollouts: int = 0


def calls(verification: Verification) -> tuple[ToolCall, ...]:
    """Return what to ask for one judgement."""
    step_s = max(1, int(verification.hold_s / POINTS_PER_HOLD))
    window_s = max(LEAST_WINDOW_S, int(2 * verification.hold_s))
    asked = [
        _call(
            "prometheus",
            "golden_signals",
            namespace=bound.namespace,
            service=bound.service,
            window_s=window_s,
            step_s=step_s,
        )
        for bound in verification.bounds
    ]
    if verification.alerts_anywhere:
        asked.append(_call("prometheus", "list_alerts", limit=ALERTS_MOST))
    else:
        namespaces = sorted({bound.namespace for bound in verification.bounds})
        asked += [_call("prometheus", "list_alerts", namespace=name) for name in namespaces]
    if is_workload(verification.object):
        asked.append(description(verification.object))
    return tuple(asked)


def is_workload(ref: ObjectRef) -> bool:
    """Return whether an object keeps pods running, so that it can be described."""
    return ref.kind in CONTROLLERS


def description(workload: ObjectRef) -> ToolCall:
    """Return the call that describes a workload."""
    return _call("kubernetes", "describe_workload", **workload.model_dump())


def is_own(call: ToolCall, repaired: ObjectRef) -> bool:
    """Return whether a call looks at the repaired object itself."""
    name = {"describe_workload": "name", "golden_signals": "service"}.get(call.tool, "")
    where = (call.arguments.get("namespace"), call.arguments.get(name))
    return where == (repaired.namespace, repaired.name)


def read(answers: Sequence[Answer], call: ToolCall, schema: type[SeenT]) -> SeenT | None:
    """Return what a call was answered, or None where it gave nothing, or nothing that can be read."""
    found = next((item.result for item in answers if item.call == call), None)
    if found is None or found.status is not ToolStatus.OK or found.data is None:
        return None
    try:
        return schema.model_validate(found.data)
    except ValidationError:
        return None


def _call(server: str, tool: str, **arguments: str | int) -> ToolCall:
    return ToolCall(server=server, tool=tool, arguments=arguments)
