"""Playbooks: repairs as data, filled in from the facts of a cause."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Field, RootModel, ValidationError

from sre_agent.domain.causes import Cause
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Value
from sre_agent.domain.plan import Risk

_PLACE = re.compile(r"\{(object|facts)\.([a-z_]+)\}")
Argument = str | int | float | bool | None


class InvalidPlaybookError(PermanentError):
    """A playbook or catalogue file does not say what it has to say."""


class ActionTemplate(Value):
    """A call with places for facts: `{object.name}`, `{facts.previous_revision}`."""

    server: str
    tool: str
    arguments: dict[str, Argument]
    inverse: dict[str, Argument] | None = None
    risk: Risk
    rationale: str


class Playbook(Value):
    """One way to repair faults of some classes, when the facts it requires are known."""

    name: str
    title: str
    fault_classes: tuple[FaultClass, ...] = Field(min_length=1)
    requires: tuple[str, ...] = ()
    min_confidence: float = Field(ge=0, le=1)
    action: ActionTemplate

    def fits(self, cause: Cause) -> bool:
        """Return whether the playbook can repair a cause."""
        return (
            cause.fault_class in self.fault_classes
            and cause.confidence >= self.min_confidence
            and all(cause.facts.get(name) is not None for name in self.requires)
        )


class CatalogueEntry(Value):
    """What a class of fault means and what a person should do about it."""

    title: str
    description: str
    evidence: str
    recommendation: str

    def advise(self, cause: Cause) -> str:
        """Return the recommendation for a cause."""
        detail = str(cause.facts.get("detail") or cause.facts.get("reason") or "see the evidence")
        return self.recommendation.replace("{object}", str(cause.object)).replace(
            "{detail}", detail
        )


def parse(files: Mapping[str, str]) -> tuple[Playbook, ...]:
    """Return the playbooks of some YAML texts by file name, in the order of these names.

    Raises:
        InvalidPlaybookError: naming the file and what is wrong with it.
    """
    return tuple(_validate(name, files[name], Playbook) for name in sorted(files))


def parse_catalogue(name: str, text: str) -> dict[FaultClass, CatalogueEntry]:
    """Return the catalogue of faults; every class has to be in it.

    Raises:
        InvalidPlaybookError: naming what is wrong or missing.
    """
    entries = _validate(name, text, _Catalogue).root
    missing = [item.value for item in FaultClass if item not in entries]
    if missing:
        raise InvalidPlaybookError(f"{name} lacks {', '.join(missing)}")
    return entries


def fill(template: Mapping[str, Argument], cause: Cause) -> dict[str, Any]:
    """Return arguments with their places filled; a place that stands alone keeps its type."""
    return {key: _fill_one(value, cause) for key, value in template.items()}


def fill_text(template: str, cause: Cause) -> str:
    """Return a text with its places filled."""
    return _PLACE.sub(lambda found: str(_look_up(found, cause)), template)


class _Catalogue(RootModel[dict[FaultClass, CatalogueEntry]]):
    """The catalogue file as a whole."""


ModelT = TypeVar("ModelT", bound=BaseModel)


def _validate(name: str, text: str, model: type[ModelT]) -> ModelT:
    try:
        return model.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidPlaybookError(f"{name} is not valid: {error}") from error


def _fill_one(value: Argument, cause: Cause) -> Argument:
    if not isinstance(value, str):
        return value
    alone = _PLACE.fullmatch(value)
    return _look_up(alone, cause) if alone else fill_text(value, cause)


def _look_up(place: re.Match[str], cause: Cause) -> Argument:
    if place[1] == "facts":
        return cause.facts.get(place[2])
    named: dict[str, str] = cause.object.model_dump()
    return named[place[2]]
