"""Whether a sentence of a model says only what the texts that it cites say.

Prose cannot be proved as a fact can. What can be is that each part of a sentence stands in one of its
texts: the same words in the same order, numbers, names and outcomes to the letter, no denial added and
none left out. Between them only words may stand that join others and say nothing by themselves. What
is said with a condition or a doubt is said with it, or not at all: a sentence has every word that
limits the clauses it is taken from.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

MAX_WORDS = 80
"""Of one part of a sentence; a longer one is none that anybody reads."""
MAX_TEXT_WORDS = 600
_SHOWN = 60

_TOKEN = re.compile(r"[^\W_](?:[\w./:@→'\u2019-]*[^\W_])?%?")
_PARTS = re.compile(
    r"[,;.!?\"]+(?:\s|$)|(?:^|\s)(?:and|but|it|which|that|while|then|where|who)(?=\s)",
    re.IGNORECASE,
)
_APART = re.compile(r"[/@:=→]")
_WORDY = re.compile(r"[^\W\d_]+")
_DENIALS = frozenset(
    {"not", "no", "never", "nothing", "nobody", "none", "without", "neither", "nor", "cannot"}
)
_OUTCOMES = (
    *("approv", "reject", "resolv", "verif", "repair", "undo", "revert", "rolled", "fix", "expir"),
    *("recover", "healthy", "succe", "fail", "denied", "deny", "allow", "escalat", "restart"),
    *("scal", "delet", "drain", "cordon", "caus", "safe", "clos", "done", "finish", "stop"),
    *("halt", "cancel", "merg", "refus", "withheld", "carried", "appl", "open", "firing"),
)
"""Beginnings of words that tell how something ended or stands: they are taken to the letter."""

_JOINS = """
a an the of to in on at by for from with as and or but so that this these those there here
it its they them their he she his her is are was were be been being am has have had do does did
which who whom whose what when where while then than also too both each every all only
about into onto out up per via among between through still yet now
ask asks say says said tell tells told show shows shown name names named see seen
one incident service alert platform people person evidence entry entries
"""
"""Words that say nothing that could be wrong."""

_JOINING = frozenset(_JOINS.split())

_LIMITS = """
if unless would could might may should less more fewer than under over almost nearly partly
most least best worst first likely likeliest unlikely probably possibly possible perhaps maybe
seems seem appears appear suspect suspected weak weakly doubtful confidence estimate estimated
except otherwise unknown
"""
_LIMITING = frozenset(_LIMITS.split())
"""Words without which a sentence claims more than it did with them."""

_CLAUSES = re.compile(r"(?<=[,.;:!?])\s+|\n")

_LIKE = {"waits": "wait", "waiting": "wait", "awaiting": "wait"}


@dataclass(frozen=True, slots=True)
class Source:
    """A text that is cited, and words that a sentence may put beside its own: where it is from."""

    text: str
    beside: frozenset[str] = field(default_factory=frozenset)


def foreign(sentence: str, sources: Sequence[Source]) -> str:
    """Return the first part of a sentence that none of its texts bears out; nothing where all are."""
    signs = _signs(sentence) - _signs(" ".join(item.text for item in sources))
    if signs:
        return min(signs)
    texts = [_Text.of(item) for item in sources]
    parts = _parts(sentence)
    said = frozenset(word for part in parts for word in part)
    strange = (part for part in parts if not any(_bears(text, part, said) for text in texts))
    return " ".join(next(strange, ()))[:_SHOWN]


def words(text: str) -> frozenset[str]:
    """Return the words of a text as they are compared."""
    return frozenset(_words(text))


def _parts(sentence: str) -> list[list[str]]:
    """Return the words of a sentence, part by part; one word alone says nothing, and goes with others."""
    parts: list[list[str]] = []
    for part in _PARTS.split(sentence):
        said = _words(part)
        if parts and (len(said) <= 1 or len(parts[-1]) == 1):
            parts[-1] += said
        elif said:
            parts.append(said)
    return parts


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of a source with the clause of each, the words that limit each clause, and others."""

    words: Sequence[str]
    clauses: Sequence[int]
    limits: Sequence[frozenset[str]]
    beside: frozenset[str]

    @classmethod
    def of(cls, source: Source) -> Self:
        """Read a source."""
        said = [_words(clause) for clause in _CLAUSES.split(source.text)]
        return cls(
            [word for clause in said for word in clause][:MAX_TEXT_WORDS],
            [number for number, clause in enumerate(said) for _ in clause],
            [frozenset(filter(_limits, clause)) for clause in said],
            source.beside,
        )

    def limits_of(self, first: int, last: int) -> frozenset[str]:
        """Return the words that limit what is said from a place to another."""
        within = self.limits[self.clauses[first] : self.clauses[last] + 1]
        return frozenset[str]().union(*within)


def _bears(text: _Text, wanted: Sequence[str], said: frozenset[str]) -> bool:
    own = [word for word in wanted if word not in text.beside]
    return len(wanted) <= MAX_WORDS and _stands(own, text, said)


def _words(text: str) -> list[str]:
    """Return what is said in a text, word by word: what only joins is left out."""
    tokens: list[str] = _TOKEN.findall(text.casefold())
    return [_alike(token) for token in tokens if token not in _JOINING]


def _alike(word: str) -> str:
    """Return a word in the form in which it is compared: many of a thing are the thing."""
    if word in _LIKE or word in _LIMITING:
        return _LIKE.get(word, word)
    if not _WORDY.fullmatch(word) or word.startswith(_OUTCOMES) or len(word) <= 3:
        return word
    return word.removesuffix("s")


def _stands(wanted: Sequence[str], text: _Text, said: frozenset[str]) -> bool:
    """Return whether words stand in a text in their order, and nothing that counts between them.

    What limits the clauses they are from has to be `said` as well, in this part or another.
    """
    if not wanted:
        return True
    there = text.words
    places: dict[str, list[int]] = {}
    for place, word in enumerate(there):
        for form in {word, *_APART.split(word)}:
            places.setdefault(form, []).append(place)
    begun = {place: place for place in places.get(wanted[0], ()) if not _is_denied(there, place)}
    for word in wanted[1:]:
        reached = sorted(begun)
        nearest = [
            (place, reached[index - 1])
            for place in places.get(word, ())
            if (index := bisect_left(reached, place)) > 0
        ]
        # What stands further back has more between: where the nearest does not hold, none does.
        begun = {
            place: begun[last]
            for place, last in nearest
            if not any(_counts(item) for item in there[last + 1 : place])
        }
    return any(text.limits_of(first, last) <= said for last, first in begun.items())


def _is_denied(there: Sequence[str], place: int) -> bool:
    """Return whether the word before denies the one at a place."""
    return place > 0 and _is_denial(there[place - 1]) and not _is_denial(there[place])


def _counts(word: str) -> bool:
    """Return whether leaving a word out changes what is said."""
    return _is_denial(word) or word.startswith(_OUTCOMES) or word in _LIMITING or _is_number(word)


def _is_denial(word: str) -> bool:
    return word in _DENIALS or word.endswith(("n't", "n\u2019t"))


def _limits(word: str) -> bool:
    """Return whether a clause claims more without a word: a share of something, or how sure one is."""
    return word in _LIMITING or word.endswith("%")


def _is_number(word: str) -> bool:
    return word[:1].isnumeric()


def _signs(text: str) -> set[str]:
    """Return the symbols of a text: a tick or a comparison says something, too."""
    return {char for char in text if unicodedata.category(char).startswith("S")}
