"""A plan: typed actions, each with its undo and the check that proves it worked."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from pydantic import Field
from typing_extensions import override

from sre_agent.domain import canonical
from sre_agent.domain.causes import Conclusion
from sre_agent.domain.ids import ActionId, EvidenceId
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan_reasons import Choice, RunbookCitation
from sre_agent.domain.tools import ToolCall


class Risk(StrEnum):
    """How much can go wrong, in the order of growing harm."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Disruption(Value):
    """A PodDisruptionBudget over the pods that would change: how many more it lets go now."""

    name: str
    healthy: int
    wanted: int
    allowed: int


class BlastRadius(Value):
    """Who feels the action: pods that are replaced or change, and services that call the target.

    `callers` call it directly or not. `pods_total` is how many pods do the same work, `services` the
    Services that select them, `claims` the volumes that outlive them. `traffic_pct` is the share of
    the requests of the busiest service seen, `unchanged_s` how many seconds the target was as it is.
    What is None was not seen.
    """

    pods: int
    callers: tuple[str, ...]
    statement: str
    pods_total: int | None = None
    services: tuple[str, ...] = ()
    traffic_pct: int | None = None
    is_stateful: bool = False
    claims: tuple[str, ...] = ()
    disruptions: tuple[Disruption, ...] = ()
    unchanged_s: int | None = None


class Figure(Value):
    """One number of an action before and after, its unit in its name; None where there is none."""

    name: str
    before: int | None
    after: int | None


class Undoing(Value):
    """The call, to the same server, that the live object says would take a change back."""

    tool: str
    arguments: dict[str, Any]


class DryRun(Value):
    """What the server says the action would do to the live object, and the state it saw.

    `state_sha256` is computed by the server from the live object, `result_sha256` from what the
    action would make of it; approval and grant are bound to both. `figures` are the numbers that
    policy may bound; the grant is bound to them too, so that a lie about them is found out.
    `controller` is what replaces a deleted pod, and keeps the mark that the pod cannot keep.
    `labels` are the target's, which rules may go by and the grant is bound to as to the figures.
    `inverse` is there where the live object tells how the change would be taken back.
    `left_sha256` is the hash of the state that the action would leave behind, as `state_sha256` is of
    the one it finds; empty where the server does not say. `offers` are arguments, by name, that an
    action after this one may take from it. `diff` is what would become of contents, as a unified diff
    without secrets that is cut where it is long; empty where none changes.
    """

    state_sha256: str
    result_sha256: str
    uid: str
    changes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    controller: ObjectRef | None = None
    inverse: Undoing | None = None
    left_sha256: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    offers: dict[str, str] = Field(default_factory=dict)
    diff: str = ""

    @property
    def figures_sha256(self) -> str:
        """Return the hash of the numbers, and of the labels if there are any, that policy judged."""
        numbers = [item.model_dump(mode="json") for item in self.figures]
        if not self.labels:
            return canonical.sha256(numbers)
        return canonical.sha256({"figures": numbers, "labels": self.labels})


class SignalBound(Value):
    """What the golden signals of one service must keep to.

    `min_traffic_rps` guards against calling silence success.
    """

    namespace: str
    service: str
    error_ratio_max: float | None = None
    latency_p99_max_s: float | None = None
    min_traffic_rps: float = 0.0


class Verification(Value):
    """What must be true, on data newer than the action, before anyone may say resolved.

    Every bound must hold for `hold_s` seconds, none of `alert_names` may fire for the bounded
    services, and the rollout of `object` must be over; judged from `wait_s` to `deadline_s` seconds
    after the action. `alerts_anywhere` says that an alert to look for names no namespace. Where
    `rollout_within_s` is not zero, what was done reaches `object` only with a rollout that comes within
    so many seconds, and the deadline counts from that.
    """

    object: ObjectRef
    bounds: tuple[SignalBound, ...] = Field(min_length=1)
    alert_names: tuple[str, ...] = ()
    hold_s: float
    deadline_s: float
    wait_s: float = 0.0
    alerts_anywhere: bool = False
    rollout_within_s: float = 0.0


class Action(Value):
    """One write, complete: what, on what, why, how it is undone and how it is checked.

    `needs` are the actions of the same plan without which this one makes no sense. `takes` are
    arguments, by name, that the rehearsal of an action before it offers.
    """

    id: ActionId
    call: ToolCall
    target: ObjectRef
    risk: Risk
    rationale: str
    evidence_ids: tuple[EvidenceId, ...] = Field(min_length=1)
    blast_radius: BlastRadius
    inverse: ToolCall | None
    verification: Verification
    dry_run: DryRun | None = None
    needs: tuple[ActionId, ...] = ()
    takes: dict[str, ActionId] = Field(default_factory=dict)


REVERT = "revert"
"""What a plan names in the place of a playbook when it takes another plan back."""


class Plan(Value):
    """The actions for one cause, in order. `playbook` names the data it was made from."""

    playbook: str
    fault_class: str
    cause_object: ObjectRef
    confidence: float
    summary: str
    actions: tuple[Action, ...] = Field(min_length=1)
    runbook: RunbookCitation | None = None
    choice: Choice | None = None

    @property
    def is_revert(self) -> bool:
        """Return whether it takes another plan back."""
        return self.playbook == REVERT

    @property
    def is_chosen_by_model(self) -> bool:
        """Return whether it says that a language model chose it where the rules would not have."""
        return self.choice is not None and self.choice.chosen is not None

    @cached_property
    def sha256(self) -> str:
        """Return the hash an approval is bound to: every argument, every state seen, in order.

        A field that plans did not always have counts only once it says something, so that a plan
        from before it still has the hash under which it waits for approval. It is computed once: a
        value never changes, and a copy that differs has a hash of its own.
        """
        dumped: dict[str, Any] = self.model_dump(mode="json")
        _leave_out(dumped, {"runbook": None, "choice": None})
        for action in dumped["actions"]:
            _leave_out(action["blast_radius"], _NOT_SEEN)
            _leave_out(action, {"needs": [], "takes": {}})
            _leave_out(action["verification"], _USUAL)
            if action["dry_run"]:
                silent: dict[str, Any] = {
                    "figures": [],
                    "controller": None,
                    "inverse": None,
                    "left_sha256": "",
                    "labels": {},
                    "offers": {},
                    "diff": "",
                }
                _leave_out(action["dry_run"], silent)
        return canonical.sha256(dumped)

    @override
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, with some fields changed; its hash is computed anew."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("sha256", None)
        return copied

    def depending_on(self, left_out: Collection[ActionId]) -> tuple[ActionId, ...]:
        """Return the actions to leave out with some: these, and what depends on them, in order.

        A later action depends on an earlier one that it needs by name, and on any that changes the
        same object: it was rehearsed on what the earlier one would leave behind.
        """
        out: dict[ActionId, ObjectRef] = {}
        for action in self.actions:
            needed = (*action.needs, *action.takes.values())
            is_bereft = action.target in out.values() or any(item in out for item in needed)
            if is_bereft or action.id in left_out:
                out[action.id] = action.target
        return tuple(out)

    def without(self, left_out: Collection[ActionId]) -> "Plan":
        """Return the plan without some actions, of which not all may go."""
        kept = tuple(action for action in self.actions if action.id not in left_out)
        return self.model_copy(update={"actions": kept}) if left_out else self


_USUAL: dict[str, Any] = {"wait_s": 0.0, "alerts_anywhere": False, "rollout_within_s": 0.0}
"""What a verification says that asks for nothing beside its bounds."""

_NOT_SEEN: dict[str, Any] = {
    "pods_total": None,
    "services": [],
    "traffic_pct": None,
    "is_stateful": False,
    "claims": [],
    "disruptions": [],
    "unchanged_s": None,
}
"""What a blast radius from before these fields said of them."""


def _leave_out(dumped: dict[str, Any], silent: dict[str, Any]) -> None:
    """Drop the fields that say nothing."""
    for name, value in silent.items():
        if dumped[name] == value:
            del dumped[name]


class NoPlan(Value):
    """Why there is nothing to propose, and what a person should do instead.

    `conclusion` says whether a person has to do anything at all; `object` is what the reason is
    about, where it is about one. `playbook` is the one that was followed, `passed_over` says why
    none of its repairs was made; `runbook` is what a person can go by.
    """

    reason: str
    recommendation: str
    conclusion: Conclusion = Conclusion.UNDECIDED
    object: ObjectRef | None = None
    playbook: str = ""
    passed_over: tuple[str, ...] = ()
    runbook: RunbookCitation | None = None
