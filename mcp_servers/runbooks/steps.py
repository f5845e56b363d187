"""Typed steps: what a runbook tells programs, in its front matter or in blocks of its text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mcp_servers.runbooks import actions, markdown
from mcp_servers.runbooks.answers import Step
from mcp_servers.runbooks.front_matter import Names
from mcp_servers.runbooks.reading import MalformedError, mapping

MAX_STEPS = 20


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that can be used, and why others cannot."""

    usable: tuple[Step, ...]
    problems: tuple[str, ...]


class _Written(BaseModel):
    """A step as it is written: an unknown field is a mistake, because it would be passed over."""

    model_config = ConfigDict(extra="forbid")

    action: Annotated[str, Field(min_length=1, max_length=100)]
    arguments: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = {}
    when: Names = ()
    note: Annotated[str, Field(max_length=500)] = ""


def read(front: Sequence[object], text: str) -> Steps:
    """Return the steps of the front matter, then those of the text, in order."""
    usable: list[Step] = []
    problems: list[str] = []
    for place, written in _written(front, text):
        try:
            usable.append(_step(written))
        except (MalformedError, actions.UnusableStepError) as err:
            problems.append(f"{place}: {err}")
    if len(usable) > MAX_STEPS:
        problems.append(f"{len(usable) - MAX_STEPS} steps beyond the first {MAX_STEPS}")
    return Steps(tuple(usable[:MAX_STEPS]), tuple(problems))


def _written(front: Sequence[object], text: str) -> Iterator[tuple[str, object]]:
    for number, written in enumerate(front, start=1):
        yield f"step {number} of the front matter", written
    for block in markdown.blocks(text):
        if block.info.split()[:1] == [markdown.STEP_BLOCK]:
            yield f"step in line {block.line}", block


def _step(written: object) -> Step:
    if isinstance(written, markdown.Block):
        if not written.is_closed:
            raise MalformedError("its block has no end")
        written = mapping(written.text, "it")
    try:
        found = _Written.model_validate(written)
    except ValidationError as err:
        raise MalformedError(actions.explained(err)) from err
    arguments = actions.checked(found.action, found.arguments)
    return Step(action=found.action, arguments=arguments, when=found.when, note=found.note)
