"""YAML from a stranger: one small document of plain values, or a reason."""

from typing import Any

import yaml

MAX_YAML_CHARS = 16_384
MAX_DEPTH = 20

_NO_VALUE = (ValueError, ArithmeticError, LookupError, AttributeError)
"""What the library lets through for a value that is not what its tag, or its form, says."""


class MalformedError(ValueError):
    """A text that does not say what it has to say; the message says why."""


def mapping(text: str, what: str) -> dict[str, Any]:
    """Return the YAML mapping in a text.

    Raises:
        MalformedError: It is too long, no YAML, or no mapping with names as keys.
    """
    if len(text) > MAX_YAML_CHARS:
        raise MalformedError(f"{what} has more than {MAX_YAML_CHARS} characters")
    try:
        refusal = _refusal(text)
        found = None if refusal else yaml.safe_load(text)
    except yaml.MarkedYAMLError as err:
        line = f" in line {err.problem_mark.line + 1}" if err.problem_mark else ""
        raise MalformedError(f"{what} is no YAML: {err.problem}{line}") from err
    except (yaml.YAMLError, *_NO_VALUE) as err:
        raise MalformedError(f"{what} is no YAML: {type(err).__name__}") from err
    if refusal:
        raise MalformedError(f"{what} {refusal}")
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise MalformedError(f"{what} is no mapping of names to values")
    return found


def _refusal(text: str) -> str:
    """Return why a text is not to be loaded: a few lines can make gigabytes, or take minutes."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            return "refers to itself with an alias"
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return f"is nested more than {MAX_DEPTH} deep"
    return ""
