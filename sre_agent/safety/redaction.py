"""Taking secrets out of text before it is stored, shown or sent."""

import re
from collections.abc import Sequence
from typing import Any

from sre_agent.safety import source_secrets
from sre_agent.safety.secret_names import NAME_ENDS, Shape
from sre_agent.safety.secret_shapes import STORED

MASK = "[redacted]"

_IMAGE = re.compile(
    r"[a-z0-9][\w.-]{0,250}(?::[0-9]{1,5}(?=/))?(?:/[\w.-]{1,250}){0,20}(?::[\w.-]{1,128})?"
    r"(?:@sha256:[0-9a-f]{64})?"
)
_MYSQL = re.compile(r"^(?:.*/)?(?:mysql|mariadb)[\w-]*$")
_SECRET_NAME = re.compile(rf"(?i)(?:^|[_.-])(?:{NAME_ENDS}|token|credentials?)$")


def redact(text: str) -> str:
    """Return the text with everything that looks like a secret masked. Redacting twice is harmless."""
    text = source_secrets.masked(text, MASK)
    for shape in STORED:
        text = shape.pattern.sub(_masked, text)
    return text


def _masked(match: re.Match[str]) -> str:
    start, end = (place - match.start() for place in Shape.span(match))
    return f"{match[0][:start]}{MASK}{match[0][end:]}"


def redact_json(value: Any) -> Any:
    """Return a JSON value with every text redacted, and what is named like a secret masked whole.

    Names are keys of objects, `name` beside `value`, as in the variables of a container, and a flag
    before its value in a list of arguments.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return _arguments(value)
    if not isinstance(value, dict):
        return value
    found = {key: _redacted(key, item, value) for key, item in value.items()}
    if _is_secret(value.get("name")) and isinstance(value.get("value"), str):
        found["value"] = MASK
    return found


def _redacted(key: str, item: Any, beside: dict[str, Any]) -> Any:
    if _is_secret(key) and isinstance(item, str) and item:
        return MASK
    return item if _is_version(key, item, beside) else redact_json(item)


def _is_version(key: str, item: Any, beside: dict[str, Any]) -> bool:
    """Return whether it names images: the version in `auth-token:1.4` is no secret."""
    is_change = key in {"before", "after"} and str(beside.get("path", "")).endswith(".image")
    names = item if isinstance(item, list | tuple) else [item]
    return (is_change or key in {"image", "images"}) and all(
        isinstance(name, str) and _IMAGE.fullmatch(name) for name in names
    )


def _arguments(items: Sequence[Any]) -> list[Any]:
    is_mysql = any(isinstance(item, str) and _MYSQL.match(item) for item in items)
    found: list[Any] = []
    before: Any = None
    for item in items:
        is_text = isinstance(item, str) and bool(item)
        if is_text and _is_flag(before) and not item.startswith("-"):
            found.append(MASK)
        elif is_text and is_mysql and item.startswith("-p") and item != "-p":
            found.append(f"-p{MASK}")
        else:
            found.append(redact_json(item))
        before = item
    return found


def _is_flag(item: object) -> bool:
    return isinstance(item, str) and item.startswith("-") and _is_secret(item)


def _is_secret(name: object) -> bool:
    return isinstance(name, str) and bool(_SECRET_NAME.search(name))
