"""The marks that used grants leave on their target, so that any replica can see they were used."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import annotation

ANNOTATION = "sre-agent.io/grants"
MAX_MARKS = 10
"""How many marks an object keeps; an older grant has long expired."""


class Mark(BaseModel):
    """One used grant: its id, the tool, when, and what was done."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    tool: str
    at: str
    detail: str


_MARKS = TypeAdapter(tuple[Mark, ...])


def read(deployment: Json) -> tuple[Mark, ...]:
    """Return the marks on an object, newest last.

    Raises:
        RefusedError: Someone has spoiled them, so that nobody can tell what was done.
    """
    raw = annotation(deployment, ANNOTATION)
    try:
        return _MARKS.validate_json(raw) if raw else ()
    except ValidationError as err:
        raise RefusedError("conflict", f"the annotation {ANNOTATION} cannot be read") from err


def find(marks: tuple[Mark, ...], grant_id: str) -> Mark | None:
    """Return the mark of a grant, when it was used."""
    return next((mark for mark in marks if mark.id == grant_id), None)


def written(marks: tuple[Mark, ...], mark: Mark) -> str:
    """Return the annotation's value with one more mark."""
    kept: list[dict[str, Any]] = [each.model_dump() for each in (*marks, mark)[-MAX_MARKS:]]
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)
