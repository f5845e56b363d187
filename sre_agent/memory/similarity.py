"""How alike two incidents are, and in what: a count of shared words, rare ones counting more.

The likeness is the weighted Jaccard (Ruzicka) coefficient: the summed weight of the words both have,
over that of the words either has. A word weighs its inverse document frequency, log(1 + N / n) for a
word that n of N incidents have (Spärck Jones, "A statistical interpretation of term specificity",
Journal of Documentation 28, 1972), so that an alert which every incident raises tells little; the
words of one family share the weight that the family has below, so that twenty log lines count no
more than one. Nothing is learned: anybody can work out a score by hand.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sre_agent.memory.features import Family, Features, token

WEIGHTS: Mapping[Family, float] = {
    Family.SERVICE: 3.0,
    Family.FINGERPRINT: 1.0,
    Family.ALERT: 2.0,
    Family.CAUSE: 1.0,
    Family.LOG: 3.0,
    Family.STATE: 2.0,
    Family.SIGNAL: 1.0,
    Family.RELEASE: 1.0,
}
"""Round judgements of how well a family tells one failure from another."""
SHOWN_WORDS = 2
SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class Rarity:
    """How many incidents there are, and how many of them have each token."""

    incidents: int
    counts: Mapping[str, int]

    def weight(self, family: Family, word: str) -> float:
        """Return how much a word tells; one that nobody has had yet tells most."""
        count = max(self.counts.get(token(family, word), 0), 1)
        return math.log(1.0 + max(self.incidents, count) / count)


@dataclass(frozen=True)
class Likeness:
    """How alike two incidents are, between 0 and 1, and what they share, in words."""

    score: float
    reasons: tuple[str, ...]


def compare(present: Features, past: Features, rarity: Rarity) -> Likeness:
    """Return how alike two incidents are; the order makes no difference."""
    shared = total = 0.0
    reasons: list[str] = []
    for family, weight in WEIGHTS.items():
        ours, theirs = present.of(family), past.of(family)
        if not ours and not theirs:
            continue
        either, both = ours | theirs, ours & theirs
        share = weight / len(either)
        total += share * _sum(rarity, family, either)
        if both:
            shared += share * _sum(rarity, family, both)
            reasons.append(_REASONS[family](_shown(rarity, family, both)))
    return Likeness(score=shared / total if total else 0.0, reasons=tuple(reasons))


def _sum(rarity: Rarity, family: Family, words: Iterable[str]) -> float:
    # Added in one order, so that the same sets always give the same sum.
    return sum(rarity.weight(family, word) for word in sorted(words))


def _shown(rarity: Rarity, family: Family, words: Iterable[str]) -> str:
    """Return the words that tell most."""
    ordered = sorted(words, key=lambda word: (-rarity.weight(family, word), word))
    more = f" and {len(ordered) - SHOWN_WORDS} more" if len(ordered) > SHOWN_WORDS else ""
    return ", ".join(word[:SHOWN_CHARACTERS] for word in ordered[:SHOWN_WORDS]) + more


_REASONS: Mapping[Family, Callable[[str], str]] = {
    Family.SERVICE: lambda words: f"same service {words}",
    Family.FINGERPRINT: lambda _: "the very same alert, label by label",
    Family.ALERT: lambda words: f"same alert {words}",
    Family.CAUSE: lambda words: f"looks like the same kind of fault ({words})",
    Family.LOG: lambda words: f"same new error line: {words}",
    Family.STATE: lambda words: f"same state of pods or warning: {words}",
    Family.SIGNAL: lambda words: f"same signals changed: {words}",
    Family.RELEASE: lambda words: (
        "something was released just before" if "recent" in words else "no release before either"
    ),
}
