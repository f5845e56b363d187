"""Which statement of a program wrote a line: by its place in the code, else by its fixed words."""

import re

from sre_agent.diagnosis.logs import masking

_PLACE = re.compile(
    r"(?<![\w.#])([A-Za-z_$][\w.$\[\]/-]*(?:#|:(?=\d+\b(?!:))))(\d{1,5})\b(?![.:]\d)"
)
_PLACE_WITHIN = 160
"""Characters at the start of a line in which loggers write where they stand."""
_WORDS = 12
"""The first words of a line name its statement; what follows is often data."""


def statement_of(text: str) -> str:
    """Return a name for the statement that wrote a line, the same for all lines it writes."""
    place = _PLACE.search(text[:_PLACE_WITHIN])
    return place[0] if place else words_of(text)


def words_of(text: str) -> str:
    """Return the fixed words at the start of a line, what varies as `<*>`."""
    first = text.partition("\n")[0]
    return masking.show(" ".join(masking.mask(first).split()[:_WORDS]))
