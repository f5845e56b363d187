"""Whether a sentence of a model says only what the texts that it cites say.

Prose cannot be proved as a fact can. What can be is that a sentence stands in one of its texts: the same
words in the same order from the beginning of a clause on, with no word of its own but those that join
others and say nothing by themselves. Left out may be what says only of what something is, what stands in
brackets, and others of a list; nothing that denies, counts, limits or tells how something ended. Two
things can be said in one sentence where each is said whole.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from sre_agent.llm import clauses, wording
from sre_agent.llm.clauses import Text

MAX_WORDS = 80
"""Of one sentence; a longer one is none that anybody reads."""
MAX_PARTS = 8
"""Of one sentence that is not said as a whole."""
_SHOWN = 60

_PARTS = re.compile(
    r"[,;.!?\"]+(?=\s|$)|(?<!\S)(?:and|but|it|which|that|while|then|where|who)(?!\S)",
    re.IGNORECASE,
)
_NAME = re.compile(r"^\D.*[/-]")
_PRESENT = frozenset({"is", "are"})
_PAST = frozenset({"was", "were"})


class _Join(IntEnum):
    """How a part of a sentence hangs on the one before; of several words the firmest counts."""

    ASIDE = 0
    """By a comma: on the same text."""
    APART = 1
    """As another thing."""
    SAME = 2
    """By an "it": on the same text, as what it speaks of is named there."""
    WITHIN = 3
    """As a part of the same words."""


_JOINS = {
    **dict.fromkeys(("and", "but", "while", ";", ".", "!", "?"), _Join.APART),
    "it": _Join.SAME,
    **dict.fromkeys(("which", "that", "then", "where", "who"), _Join.WITHIN),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A text that is cited, and words that a sentence may put beside its own: where it is from."""

    text: str
    beside: frozenset[str] = field(default_factory=frozenset)


@dataclass(slots=True)
class _Part:
    """A part of a sentence: its words, all of them as they stand there, and how it hangs on the last."""

    words: list[str]
    raw: list[str]
    join: _Join


def foreign(sentence: str, sources: Sequence[Source]) -> str:
    """Return the first part of a sentence that its texts do not bear out; nothing where they do."""
    said = clauses.flattened(sentence)
    signs = _signs(said) - _signs(clauses.flattened(" ".join(item.text for item in sources)))
    if signs:
        return min(signs)
    parts = list(_parts(said))
    if not parts:  # Who says nothing says yes or no to what was asked.
        return sentence[:_SHOWN]
    told = _Told(parts, [(Text.of(item.text, item.beside), item.beside) for item in sources])
    if told.is_borne():
        return ""
    strange = (part for number, part in enumerate(parts) if not told.borne_by(number, number + 1))
    return " ".join(next(strange, parts[0]).words)[:_SHOWN]


def words(text: str) -> frozenset[str]:
    """Return the words of a text as they are compared."""
    return frozenset(wording.said(text))


def _parts(sentence: str) -> Iterator[_Part]:
    """Yield the parts of a sentence; one word alone says nothing, and goes with others."""
    waiting, join, position = _Part([], [], _Join.ASIDE), _Join.ASIDE, 0
    for found in (*_PARTS.finditer(sentence), None):
        piece = sentence[position : found.start() if found else len(sentence)]
        said = wording.said(piece)
        raw = list(map(wording.alike, wording.tokens(piece)))
        if waiting.words and said and len(waiting.words) > 1 and len(said) > 1:
            yield waiting
            waiting = _Part(said, raw, join)
        else:
            waiting.words += said
            waiting.raw += raw
        between = found[0].casefold() if found else ""
        kind = _JOINS.get(between, _JOINS.get(between[:1], _Join.ASIDE))
        join = max(join, kind) if not said else kind
        position = found.end() if found else len(sentence)
    if waiting.words:
        yield waiting


@dataclass(slots=True)
class _Told:
    """A sentence in parts, and what it cites."""

    parts: Sequence[_Part]
    sources: Sequence[tuple[Text, frozenset[str]]]
    known: dict[tuple[int, int], frozenset[int]] = field(default_factory=dict)

    def is_borne(self) -> bool:
        """Return whether one text says all of it, or texts say each thing of it whole."""
        count = len(self.parts)
        if sum(len(part.words) for part in self.parts) > MAX_WORDS:
            return False
        return bool(self.borne_by(0, count)) or (count <= MAX_PARTS and self._goes_on(0, 0))

    def borne_by(self, first: int, end: int) -> frozenset[int]:
        """Return by number the texts that say some parts, one after the other, as one thing."""
        if (first, end) not in self.known:
            said = [word for part in self.parts[first:end] for word in part.words]
            raw = frozenset(word for part in self.parts[first:end] for word in part.raw)
            self.known[first, end] = frozenset(
                number
                for number, (text, beside) in enumerate(self.sources)
                if _stands([word for word in said if word not in beside], text, raw)
            )
        return self.known[first, end]

    def _goes_on(self, first: int, before: int) -> bool:
        """Return whether the parts from one on are borne, where the thing said last begins `before`."""
        if first == len(self.parts):
            return True
        return any(
            self.borne_by(first, end)
            and (first == 0 or self._hangs(before, first, end))
            and self._goes_on(end, first)
            for end in range(len(self.parts), first, -1)
        )

    def _hangs(self, before: int, first: int, end: int) -> bool:
        """Return whether what is said next may stand behind what was said.

        What names nothing would be told of what was named before it.
        """
        part = self.parts[first]
        if part.join is _Join.WITHIN or (self._names(0, first) and not self._names(first, end)):
            return False
        is_of_one = self.borne_by(before, first) & self.borne_by(first, end)
        return bool(is_of_one) or part.join is _Join.APART

    def _names(self, first: int, end: int) -> bool:
        return any(_NAME.search(word) for part in self.parts[first:end] for word in part.words)


def _stands(wanted: Sequence[str], text: Text, raw: frozenset[str]) -> bool:
    """Return whether words stand in a text in their order, with all that limits what they are from.

    They are from the beginning of a clause on, and leave nothing out that counts.
    """
    if not wanted:
        return False
    places: dict[str, set[int]] = {}
    for place, item in enumerate(text.words):
        for form in item.forms:
            places.setdefault(form, set()).add(place)
    begun = {
        place: place
        for place in sorted(places.get(wanted[0], ()))
        if text.words[place].begins or text.words[place].goes_on
    }
    for word in wanted[1:]:
        there = places.get(word, set())
        begun = {
            place: first
            for last, first in sorted(begun.items(), key=lambda item: item[1])
            for place in text.following(last)
            if place in there
        }
    return any(
        not text.leaves_out(last) and _is_whole(text, first, last, raw)
        for last, first in begun.items()
    )


def _is_whole(text: Text, first: int, last: int, raw: frozenset[str]) -> bool:
    """Return whether what is said of clauses has all that limits them, and is of their time."""
    said = text.clauses[text.words[first].clause : text.words[last].clause + 1]
    limits = frozenset[str]().union(*(clause.limits for clause in said))
    is_late = bool(_PRESENT & raw) and not _PAST & raw
    return limits <= raw and not (is_late and any(clause.is_past for clause in said))


def _signs(text: str) -> set[str]:
    """Return the symbols of a text: a tick or a comparison says something, too."""
    return {char for char in text if unicodedata.category(char).startswith("S")}
