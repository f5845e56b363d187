"""Payloads as PostgreSQL will give them back, so that a hash is over what can be read again."""

import json
from typing import Any

from sre_agent.domain import canonical


def plain_json(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what reading the stored text will give: the hash is over that, not over what we meant.

    Two things that hostile telemetry may carry cannot be stored and are replaced: half a surrogate
    pair, which has no UTF-8, and the character zero, which PostgreSQL does not take.
    """
    text = canonical.dumps(payload).encode("utf-8", "replace").decode()
    plain: dict[str, Any] = json.loads(text)
    return _without_zero(plain) if "\\u0000" in text else plain


def _without_zero(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case list():
            return [_without_zero(item) for item in value]
        case dict():
            return {_without_zero(key): _without_zero(item) for key, item in value.items()}
        case _:
            return value
