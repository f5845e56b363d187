"""The words of code and of complaints, cut alike, so that one can be found in the other."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_COMMON_WORDS = (
    "a an and are as at be by com context ctx data do error err fail failed failing failure "
    "false fix for from func function get go got has have http https if in int internal into "
    "is it its json line main message msg new nil no not null of on or pkg refactor request "
    "response result return returned service services set src string struct test that the "
    "this to true type update use value var was with chore feat log logger info warn debug "
    "api v above below ratio rate default monitor threshold observed alert high critical per "
    "min sec ms count total java py ts js yaml yml tidy simplify cleanup add added remove "
)
_COMMON = frozenset(_COMMON_WORDS.split())
TEXTS_KEPT = 1024
"""So many texts are kept cut: each change is set against many complaints."""
SHORTEST = 3
"""Letters; shorter words say too little."""


@lru_cache(maxsize=TEXTS_KEPT)
def words(text: str) -> tuple[str, ...]:
    """Return the telling words of a text in lower case, in order, identifiers cut to their parts."""
    found = (part.lower() for part in _WORD.findall(text))
    return tuple(_stem(part) for part in found if len(part) >= SHORTEST and part not in _COMMON)


def spelling(texts: Iterable[str]) -> Mapping[str, str]:
    """Return how each telling word is written where it stands first, in lower case, by what it is cut to."""
    found: dict[str, str] = {}
    for text in texts:
        for part in map(str.lower, _WORD.findall(text)):
            found.setdefault(_stem(part), part)
    return found


def rarity(texts: Iterable[str]) -> Mapping[str, float]:
    """Return how telling each word is: 1 where one text alone has it, less where many do."""
    counts = Counter(word for text in texts for word in set(words(text)))
    return {word: 1.0 / times for word, times in counts.items()}


@lru_cache(maxsize=16 * TEXTS_KEPT)
def _stem(word: str) -> str:
    """Return a word without the ending that makes it several or a doing."""
    for ending in ("ations", "ation", "ings", "ing", "ies", "ers", "er", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) > SHORTEST:
            return word.removesuffix(ending)
    return word
