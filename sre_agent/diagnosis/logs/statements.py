"""Which statement of a program wrote a line: by its place in the code, else by its fixed words."""

import re

_PLACE = re.compile(
    r"(?<![\w.#])([A-Za-z_$][\w.$\[\]/-]*(?:#|:(?=\d+\b(?!:))))(\d{1,5})\b(?![.:]\d)"
)
_PLACE_WITHIN = 160
"""Characters at the start of a line in which loggers write where they stand."""
_VARIABLE = re.compile(
    r"\b(?:[0-9a-f]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|0x[0-9a-f]+)\b|\d+(?:[.:]\d+)*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_WORDS = 12
"""The first words of a line name its statement; what follows is often data."""


def statement_of(text: str) -> str:
    """Return a name for the statement that wrote a line, the same for all lines it writes."""
    place = _PLACE.search(text[:_PLACE_WITHIN])
    if place:
        return place[0]
    return words_of(text)


def words_of(text: str) -> str:
    """Return the fixed words at the start of a line; numbers, ids and quoted text become `*`."""
    first = text.partition("\n")[0]
    masked = _VARIABLE.sub("*", _QUOTED.sub("*", first))
    return " ".join(masked.split()[:_WORDS])
