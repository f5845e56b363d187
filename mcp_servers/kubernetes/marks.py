"""The marks that used grants leave on their target, so that any replica can see they were used."""

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import annotation

ANNOTATION = "sre-agent.io/grants"
DELETIONS = "sre-agent.io/pod-deletions"
"""Where a controller keeps the marks of its deleted pods. A Deployment copies its own annotations
onto its ReplicaSet, so that the name above would be overwritten there."""

MAX_MARKS = 10
"""How many marks an object keeps; an older grant has long expired."""


class PodMark(BaseModel):
    """One of several pods that a grant is for, and what became of it so far."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    namespace: str
    name: str
    uid: str
    outcome: Literal["", "evicted", "gone"] = ""


class Mark(BaseModel):
    """One used grant: its id, the tool, when, and what was done.

    A mark that cannot come with the whole change says `begun` before and `done` after, or `partly`
    when some of it was left undone. `pods` are those of a change of many, while it goes on.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    tool: str
    at: str
    detail: str
    outcome: Literal["begun", "partly", "done"] = "done"
    pods: tuple[PodMark, ...] = ()


_MARKS = TypeAdapter(tuple[Mark, ...])


def read(item: Json, key: str = ANNOTATION) -> tuple[Mark, ...]:
    """Return the marks in an object's annotation, newest last.

    Raises:
        RefusedError: Someone has spoiled them, so that nobody can tell what was done.
    """
    raw = annotation(item, key)
    try:
        return _MARKS.validate_json(raw) if raw else ()
    except ValidationError as err:
        raise RefusedError("conflict", f"the annotation {key} cannot be read") from err


def find(marks: tuple[Mark, ...], grant_id: str) -> Mark | None:
    """Return the mark of a grant, when it was used."""
    return next((mark for mark in marks if mark.id == grant_id), None)


def written(marks: tuple[Mark, ...], mark: Mark) -> str:
    """Return the annotation's value with one more mark, or with its newer version."""
    return dumped((*(each for each in marks if each.id != mark.id), mark))


def dumped(marks: tuple[Mark, ...]) -> str:
    """Return marks as the annotation's value, the newest only when there are many."""
    kept = [each.model_dump(exclude_defaults=True) for each in marks[-MAX_MARKS:]]
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)
