"""Names with wildcards, by which files say where something holds."""

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

Patterns = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=253)], ...], Field(max_length=100)
]
"""Names with `*` and `?` as wildcards; none of them stands for every name."""


def fits(name: str, patterns: Patterns) -> bool:
    """Return whether a name is among those that are meant."""
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
