"""One request as the handlers see it, and the answers they can give."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import errors, jsonvalue
from infrastructure.lab.cluster.auth import User
from infrastructure.lab.cluster.rendering import Form
from infrastructure.lab.cluster.targets import Target

MAX_DEPTH = 100
"""How deep a body may nest."""
_HALF = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\xed[\xa0-\xbf]")
"""What may be half of a character: JSON can write one, and no text can hold it."""


@dataclass(frozen=True)
class Call:
    """An authenticated request about a resource."""

    target: Target
    user: User
    query: Mapping[str, str]
    content_type: str
    raw: bytes
    form: Form
    now: datetime

    def document(self) -> Any:
        """Return the parsed body.

        Raises:
            ApiError: 400 when it cannot be parsed, 415 when its type is unknown.
        """
        media = self.content_type.partition(";")[0].strip()
        if media.endswith("json") or not media:
            return parsed(self.raw)
        raise errors.unsupported_media_type()

    def flag(self, name: str) -> bool:
        """Return a boolean of the query; `?name` and `?name=1` count as true."""
        value = self.query.get(name)
        return value is not None and value.lower() not in {"0", "f", "false"}

    def number(self, name: str) -> int | None:
        """Return a non-negative whole number of the query.

        Raises:
            ApiError: 400 when it is none.
        """
        text = self.query.get(name)
        if not text:
            return None
        if not text.isdecimal() or len(text) > 18:
            raise errors.bad_request(f'{name}: Invalid value: "{text}": must be a whole number')
        return int(text)

    @property
    def is_dry_run(self) -> bool:
        """Tell whether nothing may be changed.

        Raises:
            ApiError: 422 when dryRun has an unknown value.
        """
        value = self.query.get("dryRun", "")
        if value not in {"", "All"}:
            text = f'dryRun: Unsupported value: "{value}": supported values: "All"'
            cause = {"reason": "FieldValueNotSupported", "message": text[8:], "field": "dryRun"}
            details = {"group": "meta.k8s.io", "kind": "PatchOptions", "causes": [cause]}
            message = f'PatchOptions.meta.k8s.io "" is invalid: {text}'
            raise errors.ApiError(422, "Invalid", message, details)
        return value == "All"


@dataclass(frozen=True)
class Reply:
    """A JSON answer, with what the audit log says about the change."""

    body: Any
    code: int = 200
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = field(default=None)


def parsed(raw: bytes) -> Any:
    """Return a JSON body.

    Raises:
        ApiError: 400 when it is no JSON.
    """
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        text = f"couldn't get version/kind; json parse error: {error}"
        raise errors.bad_request(f"the object provided is unrecognized ({text})") from error
    shallow = _shallow(value)
    return _whole(shallow) if _HALF.search(raw) else shallow


def _whole(value: Any) -> Any:
    """Return a value in whose texts each half of a surrogate pair is U+FFFD, as Go reads JSON."""
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        case list():
            return [_whole(item) for item in value]
        case dict():
            return {_whole(name): _whole(item) for name, item in value.items()}
        case _:
            return value


def _shallow(value: Any) -> Any:
    if jsonvalue.is_deeper(value, MAX_DEPTH):
        raise errors.bad_request("the object provided is nested too deeply")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"invalid number {name}")
