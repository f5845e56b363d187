"""What a runbook says of itself, checked: the same whether a file or a database page says it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mcp_servers.runbooks.actions import explained
from mcp_servers.runbooks.reading import MalformedError, mapping

_FENCE = "---"
_OTHER_NAMES = {
    "services": "service",
    "alerts": "alert",
    "fault_classes": "fault_class",
    "playbooks": "playbook",
}


def _several(value: object) -> object:
    """Return one name as a list of one."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def _day(value: object) -> object:
    """Return the day of a moment: YAML reads either."""
    return value.date() if isinstance(value, datetime) else value


Text = Annotated[str, Field(max_length=200)]
Names = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
    BeforeValidator(_several),
    Field(max_length=50),
]


class Meta(BaseModel):
    """The front matter; fields of other programs are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Annotated[str, Field(min_length=1, max_length=200)]
    service: Names = ()
    alert: Names = ()
    fault_class: Names = ()
    playbook: Names = ()
    keywords: Names = ()
    owner: Text = ""
    last_validated: Annotated[date | None, BeforeValidator(_day)] = None
    url: Annotated[str, Field(max_length=500, pattern=r"^(https?://[^\s<>\"]+)?$")] = ""
    steps: tuple[Any, ...] = ()


def split(text: str) -> tuple[Meta, str]:
    """Return the front matter of a Markdown text, and the text below it.

    Raises:
        MalformedError: There is none, or it does not say what it has to.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != _FENCE:
        raise MalformedError("it does not begin with front matter (---)")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        raise MalformedError("its front matter has no end (---)")
    found = mapping("\n".join(lines[1:end]), "its front matter")
    return meta_of(found), "\n".join(lines[end + 1 :])


def meta_of(values: Mapping[str, Any]) -> Meta:
    """Return checked front matter.

    Raises:
        MalformedError: A field is missing or of the wrong kind.
    """
    renamed = {_OTHER_NAMES.get(key, key): value for key, value in values.items()}
    try:
        return Meta.model_validate(renamed)
    except ValidationError as err:
        raise MalformedError(f"its front matter: {explained(err)}") from err
