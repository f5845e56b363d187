"""What a language model is to the platform: something that is asked one bounded question and may fail.

A mind proposes; nothing it says is a fact, and it holds no tool. The tools of a question are only
described to it, all of them read: an answer may name calls, and whoever asked decides about them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, Field
from typing_extensions import override

from sre_agent.domain.model import Value


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool that only reads, as it is described to a model; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One exchange with a model: everything it is told, and how much it may give and take.

    With a `schema` the answer is an instance of it, else prose or, where `tools` are given, calls of
    them: not both. `deadline_s` bounds the whole exchange, waiting and retries included.
    """

    role: str
    system: str
    user: str
    schema: type[BaseModel] | None = None
    tools: tuple[ToolSpec, ...] = ()
    max_output_tokens: int
    deadline_s: float

    def __post_init__(self) -> None:
        """Refuse a question to which no answer could fit."""
        if self.schema is not None and self.tools:
            raise ValueError("a question has a schema or tools, not both")


class Usage(Value):
    """What an exchange took, in tokens; estimated where the provider did not say."""

    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    is_estimated: bool = False

    def plus(self, other: "Usage") -> "Usage":
        """Return both together."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            is_estimated=self.is_estimated or other.is_estimated,
        )


class Spent(Value):
    """What one model took of one exchange, whether or not anything came of it."""

    model: str
    usage: Usage
    seconds: float = Field(ge=0)


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """A call that a model would like to see made; nobody has looked at it yet."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said, well-formed and no more than that.

    Exactly one of `value` (an instance of the question's schema), `text` and `tool_calls` is given.
    `model` said it; `earlier` is what was spent on tries before. `served_by` and `finish` are the
    server's own words for the model that answered and for why it stopped.
    """

    value: BaseModel | None = None
    text: str = ""
    tool_calls: tuple[ToolRequest, ...] = ()
    usage: Usage
    model: str
    seconds: float
    earlier: tuple[Spent, ...] = ()
    served_by: str = ""
    finish: str = ""

    @property
    def spending(self) -> tuple[Spent, ...]:
        """Return everything that was spent to come by it, the last exchange at the end."""
        return (*self.earlier, Spent(model=self.model, usage=self.usage, seconds=self.seconds))


class Mind(Protocol):
    """A language model behind a bounded door."""

    @property
    def name(self) -> str:
        """Return provider and model, as `ollama/llama3.2`."""
        ...

    @property
    def is_local(self) -> bool:
        """Return whether what it is told stays in the operator's own house."""
        ...

    async def ask(self, question: Question) -> Answer:
        """Ask, and return within the question's deadline.

        Raises:
            MindError: Nothing usable came of it; its kind says why, `spending` what it took.
        """
        ...


@dataclass(frozen=True)
class Around(Mind):
    """What stands between a mind and who asks it, and goes by its name."""

    mind: Mind

    @property
    @override
    def name(self) -> str:
        return self.mind.name

    @property
    @override
    def is_local(self) -> bool:
        return self.mind.is_local


class MindError(Exception):
    """A model was no help; the run goes on without its opinion."""

    def __init__(self, message: str, *, spending: tuple[Spent, ...] = ()) -> None:
        super().__init__(message)
        self.spending = spending


class MindUnavailableError(MindError):
    """It cannot be reached, does not answer in time, or answered so often with errors that it rests."""


class MindRefusedError(MindError):
    """It, or its provider, says no: a wrong key, no such model, or it does not want to answer."""


class MindAnswerInvalidError(MindError):
    """It answered, but not what was asked for: `text` is what it said, cut short where it is long."""

    def __init__(self, message: str, *, text: str = "", spending: tuple[Spent, ...] = ()) -> None:
        super().__init__(message, spending=spending)
        self.text = text


class MindBudgetSpentError(MindError):
    """A budget does not allow the question; the message names the limit."""
