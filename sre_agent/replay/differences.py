"""Where two outcomes are not the same: the place, what was there then, and what is there now."""

from collections.abc import Iterator
from typing import Any

from sre_agent.domain.model import Value
from sre_agent.replay.outcome import Outcome


class Difference(Value):
    """One difference: in which part, at which names within it; None where there is nothing."""

    part: str
    about: tuple[str, ...]
    then: Any
    now: Any


def between(then: Outcome, now: Outcome) -> tuple[Difference, ...]:
    """Return every difference; none between outcomes that are the same in every word and number."""
    before, after = then.view(), now.view()
    return tuple(
        Difference(part=part, about=about, then=was, now=is_)
        for part in before
        for about, was, is_ in _walk(before[part], after[part], ())
    )


def _walk(
    then: Any, now: Any, about: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*then, *now)):
            yield from _walk(then.get(key), now.get(key), (*about, key))
    elif then != now:
        yield about, then, now
