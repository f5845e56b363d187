"""Long text is cut where nothing is left in part of what would have been redacted.

A piece of a secret, or of an address, has no longer the shape by which it would be found.
"""

from sre_agent.llm import redaction

BEYOND = 1000
"""So many characters behind the cut are read as well: what begins before it may end there."""
_TRIES = 4


def border(text: str, most: int) -> int:
    """Return where a text is cut, at most so many characters in, or its length where it is no longer.

    What is private, or a placeholder, is before it in whole, and can still be seen to be that, or behind it.
    """
    if len(text) <= most:
        return len(text)
    whole = redaction.places(text[: most + BEYOND])
    end = most
    for _ in range(_TRIES):
        seen = set(redaction.places(text[:end]))
        lost = [place for place in whole if place[0] < end and place not in seen]
        if not lost:
            return end
        end = lost[0][0]
    return min(end, whole[0][0])


def cut(text: str, most: int) -> str:
    """Return a text of at most so many characters, an ellipsis with them where something is left out."""
    return text if len(text) <= most else f"{text[: border(text, most - 1)]}…"
