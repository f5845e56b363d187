"""What a language model chose among the repairs that the rules found: an option, never an order.

The options, the bounds of their arguments and all that guards an action are the same as without a
model. What it chose otherwise than the rules would have is always put before a person.
"""

from collections.abc import Iterator, Sequence

from pydantic import Field

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.opinion import Claim, StruckClaim
from sre_agent.domain.tools import ToolCall


class Bound(Value):
    """An argument that may have another value: a whole number from `least` to `most`, both included.

    `name` is the repair's and the argument's, such as `scale_out.replicas`; `by_rules` what the rules
    would write; `unit` follows the number in the call.
    """

    name: str
    by_rules: str | int
    least: int
    most: int
    unit: str = ""

    def written(self, number: int) -> str | int:
        """Return a number as the call has it."""
        return f"{number}{self.unit}" if self.unit else number


class OfferedOption(Value):
    """An option as it was put to a model: the playbook's step, when it holds, and what it would do.

    `risk` (low, medium, high) is the highest of its actions; `is_undoable` says that a call takes back each of them as far
    as is known before the dry run.
    """

    step: str
    condition: str
    summary: str
    risk: str
    is_undoable: bool
    bounds: tuple[Bound, ...] = ()


class Filled(Value):
    """A value that a model gave to an argument, where the rules would write another one."""

    name: str
    value: str | int
    by_rules: str | int
    least: int
    most: int


class Pick(Value):
    """What is left of a model's answer: the step, numbers by the names of their bounds, and why.

    `claims` are facts that the evidence really has; what it does not have was struck and counted.
    """

    step: str
    numbers: dict[str, int] = Field(default_factory=dict)
    reason: str = ""
    claims: tuple[Claim, ...] = ()


class ChosenByModel(Value):
    """Why a plan is not the one that the rules would have made: who chose it, why, and what was theirs."""

    model: str
    reason: str
    claims: tuple[Claim, ...] = ()
    filled: tuple[Filled, ...] = ()
    instead_of: OfferedOption


class ModelChoice(Value):
    """A model's choice as people see it. The first of `options` is what the rules would do.

    `chosen` is there only where it is another one than that; `note` says why the rules go on alone,
    and is empty where the model's answer could be used.
    """

    model: str
    options: tuple[OfferedOption, ...] = Field(min_length=1)
    step: str = ""
    chosen: ChosenByModel | None = None
    struck: tuple[StruckClaim, ...] = ()
    struck_count: int = Field(default=0, ge=0)
    note: str = ""


def of_cause(log: Sequence[Event], fault_class: str, ref: ObjectRef) -> Event | None:
    """Return where a model's choice for a cause stands in the log of a run; None where nobody was asked."""
    named = {"fault_class": fault_class, "object": ref.model_dump(mode="json")}
    return next(
        (
            event
            for event in reversed(log)
            if event.kind is EventKind.MODEL_CHOICE and event.payload.get("cause") == named
        ),
        None,
    )


def chosen_calls(log: Sequence[Event]) -> Iterator[ToolCall]:
    """Yield the calls that models chose and the rules would not have made, as a log has them.

    Raises:
        ValidationError: It has something else in their place.
    """
    for event in log:
        if event.kind is EventKind.MODEL_CHOICE:
            yield from (ToolCall.model_validate(item) for item in event.payload.get("calls") or ())
