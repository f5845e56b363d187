"""The catalogue of actions: what each writing tool does, to what, how it is undone and proved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, model_validator

from sre_agent.domain.model import Value
from sre_agent.domain.plan import Risk
from sre_agent.domain.tools import ToolCall


class Statefulness(StrEnum):
    """What becomes of what running processes keep to themselves."""

    KEPT = "kept"
    """No process ends: memory, sessions and files stay."""
    RESTARTED = "restarted"
    """Processes are replaced where they are or elsewhere: memory and sessions are lost."""
    MOVED = "moved"
    """Processes leave their machine: what they keep on it is lost as well."""


class Proof(StrEnum):
    """What has to be looked at to tell whether the action took, beside signals and alerts."""

    ROLLOUT = "rollout"
    """The rollout of the repaired workload is over and every pod is of the new template and available."""
    REPLICAS = "replicas"
    """The repaired workload has as many ready pods as it should have; a rollout's end says that too."""
    DECLARED = "declared"
    """The object says what it was told to say: the same action rehearsed again changes nothing."""
    DEPLOYED = "deployed"
    """As declared; and it reaches the repaired workload with a rollout that comes after it."""

    @property
    def is_rehearsed(self) -> bool:
        """Return whether the same action, rehearsed again, tells."""
        return self in {Proof.DECLARED, Proof.DEPLOYED}


class Verifying(Value):
    """How an action is verified: by which proof beside the signals, and for how many seconds at least."""

    proof: Proof
    window_s: float = Field(default=60.0, ge=1, le=3600)


class Argument(Value):
    """One argument of a tool.

    `type` is that of JSON; `choices` are all the texts it may be, none for any.
    """

    type: Literal["string", "integer", "boolean"]
    meaning: str = Field(min_length=1)
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()


class ActionKind(Value):
    """What one writing tool does.

    `precondition` says what the server makes sure of on the live object before it writes, and
    `idempotency` why a second call with the same grant does nothing. `inverses` names the tools
    that can take it back, the usual one first; without any it cannot be taken back. `critical` actions cool down for longer.
    `risk_points` is what the kind of change alone counts for, from 0 to 100, and `least_risk` the
    risk that no circumstance makes less. `deadline_s` is how long the tool may take where that is
    longer than tools usually do.
    """

    server: str = "kubernetes"
    tool: str = Field(pattern=r"^[a-z]+(_[a-z]+)*$")
    title: str = Field(min_length=1)
    target_kinds: tuple[str, ...] = Field(min_length=1)
    arguments: dict[str, Argument]
    precondition: str = Field(min_length=1)
    inverses: tuple[str, ...] = ()
    critical: bool = False
    cool_down_s: float = Field(ge=0, le=86400)
    statefulness: Statefulness
    verification: Verifying
    idempotency: str = Field(min_length=1)
    least_risk: Risk
    risk_points: int = Field(ge=0, le=100)
    cluster_scoped: bool = False
    deadline_s: float = Field(default=0.0, ge=0, le=900)

    @property
    def reversible(self) -> bool:
        """Return whether a tool takes it back."""
        return bool(self.inverses)

    @model_validator(mode="after")
    def _names_its_target(self) -> Self:
        wanted = {"name"} if self.cluster_scoped else {"namespace", "name"}
        missing = sorted(wanted - {name for name, item in self.arguments.items() if item.required})
        if missing:
            raise ValueError(
                f"{self.tool} has to require {', '.join(missing)}: it names its target"
            )
        return self


@dataclass(frozen=True)
class Actions:
    """Every kind of action, by server and tool."""

    kinds: Mapping[tuple[str, str], ActionKind] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def __iter__(self) -> Iterator[ActionKind]:
        """Yield the kinds in the order of their names."""
        return (self.kinds[key] for key in sorted(self.kinds))

    def find(self, server: str, tool: str) -> ActionKind | None:
        """Return the kind of a tool; None for one that is unknown, which nobody may call."""
        return self.kinds.get((server, tool))

    def of(self, call: ToolCall) -> ActionKind | None:
        """Return the kind of a call."""
        return self.find(call.server, call.tool)


NO_ACTIONS = Actions()
"""A catalogue in which nothing is known."""
