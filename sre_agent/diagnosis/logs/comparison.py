"""What is new or bursts in logs: what is said now held against what was said before."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.logs.templates import Miner

PRIOR_COUNT = 0.5
"""What is added to every count, so that what was never seen has a finite ratio (Jeffreys)."""


@dataclass(frozen=True, slots=True)
class Said:
    """Lines that are alike: how often in a window, and in one as long before it."""

    text: str
    count: int = 1
    count_before: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """How often a template came, in a window and before; `said` is all that is of that template.

    `surprise` is the natural log-likelihood ratio (Dunning, 1993) of the two rates, above zero where
    the window has more of it: it grows with how many times as often, and with how often at all.
    """

    text: str
    said: tuple[int, ...]
    count: int
    count_before: int
    surprise: float


def compare(said: Sequence[Said]) -> tuple[Change, ...]:
    """Return the templates of what was said, the most surprising first."""
    miner = Miner()
    provisional = [miner.add(item.text) for item in said]
    groups: dict[int, list[int]] = {}
    for place, number in enumerate(provisional):
        groups.setdefault(miner.resolve(number), []).append(place)
    changes = (
        _change(miner.template(number).text, places, [said[place] for place in places])
        for number, places in groups.items()
    )
    return tuple(sorted(changes, key=lambda item: (-item.surprise, item.text)))


def surprise(count: int, count_before: int) -> float:
    """Return the signed log-likelihood ratio of two Poisson counts over equal times, in nats."""
    now, before = count + PRIOR_COUNT, count_before + PRIOR_COUNT
    expected = (now + before) / 2
    ratio = now * math.log(now / expected) + before * math.log(before / expected)
    return math.copysign(ratio, now - expected)


def _change(text: str, places: Iterable[int], said: Sequence[Said]) -> Change:
    count, before = sum(item.count for item in said), sum(item.count_before for item in said)
    shown = said[0].text if len(said) == 1 else text
    return Change(shown, tuple(places), count, before, surprise(count, before))
