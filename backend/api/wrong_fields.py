"""What is told of fields that are missing or wrong: enough to mend them, never an echo of them.

Who sent them may be nobody that is known, and may have sent very many or given them very long names.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

TOLD_MAX = 10
"""More than these need not be known to begin mending."""

_PLACE_CHARACTERS = 200

TITLE = "A field is missing or wrong"
HINT = "Correct the fields named under `errors` and send again."


def tell(faults: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return `detail` and `errors` of a refusal for the first faults, each a place and what is wrong."""
    told = [(shorten(place), said) for place, said in islice(faults, TOLD_MAX)]
    return {
        "detail": "; ".join(f"{place}: {said}" for place, said in told),
        "errors": [{"field": place, "message": said} for place, said in told],
    }


def shorten(place: str) -> str:
    """Return a field's place, cut when it is long."""
    if len(place) <= _PLACE_CHARACTERS:
        return place
    return f"{place[: _PLACE_CHARACTERS - 1]}…"
