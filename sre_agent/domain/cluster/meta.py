"""What every object of a cluster has, and its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """Name, evidence and kin of an object. `owners` are nearest first, the controller before others.

    `written_at` is when anybody last wrote to more than its status, None where that was not told.
    """

    ref: ObjectRef
    source: EvidenceId
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    deleted_at: datetime | None = None
    written_at: datetime | None = None
    owners: tuple[ObjectRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One entry of `status.conditions`."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a component said of an object; repeats are folded into `count`."""

    ref: ObjectRef
    source: EvidenceId
    type: str
    reason: str
    message: str
    count: int = 1
    first_at: datetime | None = None
    last_at: datetime | None = None
    component: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """A label selector; an empty one selects everything."""

    labels: Mapping[str, str] = field(default_factory=dict)
    expressions: tuple["Requirement", ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether an object with these labels is selected."""
        return all(labels.get(key) == value for key, value in self.labels.items()) and all(
            expression.matches(labels) for expression in self.expressions
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One expression of a selector: In, NotIn, Exists, DoesNotExist, Gt or Lt."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the labels meet the expression; an operator nobody knows is not met."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists" | "DoesNotExist":
                return (value is not None) == (self.operator == "Exists")
            case "Gt" | "Lt":
                return self._is_beyond(value)
            case _:
                return False

    def _is_beyond(self, value: str | None) -> bool:
        try:
            number, bound = int(value or ""), int(self.values[0])
        except (ValueError, IndexError):
            return False
        return number > bound if self.operator == "Gt" else number < bound
