"""What a text says, word by word and clause by clause: what its words count for, and where they may be taken from.

A clause ends at a comma, a colon, a stop or a line's end. What a text says in brackets is said of the
clause that they stand in, and can be said without it; so can a title in quotes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sre_agent.llm import wording

MAX_TEXT_WORDS = 600
_MAX_LEFT_OUT = 8
"""Words of what follows an "of", and clauses of a list, that may be left out at once."""

_PIECE = re.compile(
    rf"(?P<word>{wording.TOKEN.pattern})"
    r"|(?P<mark>[(\[)\]]|(?<!\w)'(?=\w)|'(?!\w)|[,.;:!?]+(?=\s|$)|\n)"
)
_ARROW = re.compile(r"\s*(?:->|→)\s*")
_FROM_TO = re.compile(r"\bfrom\s+((?:[^\s,.;:!?]+\s+){1,3}?)to\s+", re.IGNORECASE)
_APART = re.compile(r"[/@:]")
_FIGURES = re.compile(r"[\d/:.]+")
_SHARE = re.compile(r"\d+/\d+")
_MINOR = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}:\d\d|utc$|approval$")
"""A moment, or what is waited for: who leaves it out behind the rest says nothing else.

So does who leaves out of what something is, by its name: `apple-web` is nothing that was applied.
"""
_LEADING = frozenset(
    {"if", "unless", "except", "only", "once", "when", "whenever", "after", "before", "provided"}
    | {"another", "otherwise", "though", "although", "however", "but"}
)
"""Words by which a clause takes something back from the clauses at its sides."""

_BARE = re.compile(r"\b(?:before|after)\b(?=\s*(?:[,.;:!?)\]]|(?:and|or|but)\b|$))", re.IGNORECASE)
"""An adverb, which sets no condition."""

_AND = frozenset({"and", "but"})
_BELOW = frozenset({"what", "which", "who", "that", "where", "because"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text that says something by itself, and how it stands there."""

    text: str
    clause: int
    depth: int
    """In how many brackets and quotes."""
    begins: bool
    """It is the first of its clause, or in its brackets."""
    goes_on: bool
    """It tells of another deed of its clause, in which nothing is denied before, or is to be done."""
    turns: bool
    """What is said goes on with it as with something else: it stands behind an "and"."""
    is_of: bool
    """It only tells of what the word before it is."""
    is_below: bool
    """It tells more of what was said, as behind a "which"."""

    @property
    def forms(self) -> set[str]:
        """Return how it may be said: as it stands, or by a part of a name."""
        is_figure = _FIGURES.fullmatch(self.text)
        return {self.text} if is_figure else {self.text, *_APART.split(self.text)}


@dataclass(slots=True)
class Clause:
    """What is true of a whole clause: the words that limit it, whether it tells of the past, how it ends."""

    raw: list[str] = field(default_factory=list)
    limits: frozenset[str] = frozenset()
    mark: str = ""

    @property
    def is_past(self) -> bool:
        """Return whether it was so, and may be no longer."""
        return bool({"was", "were"} & set(self.raw)) and not {"is", "are"} & set(self.raw)


@dataclass(frozen=True, slots=True)
class Text:
    """A text as words and clauses."""

    words: Sequence[Word]
    clauses: Sequence[Clause]

    @classmethod
    def of(cls, text: str, beside: frozenset[str] = frozenset()) -> "Text":
        """Read a text. Words that may stand `beside` anything are left out."""
        reader = _Reader(beside)
        flat = flattened(text).casefold()
        bare = {found.start() for found in _BARE.finditer(flat)}
        for piece in _PIECE.finditer(flat):
            if piece["word"]:
                reader.read(piece["word"], limits=piece.start() not in bare)
            else:
                reader.mark(piece["mark"])
            if len(reader.words) >= MAX_TEXT_WORDS:
                break
        return cls(reader.words, _with_limits(reader.clauses))

    def following(self, place: int) -> Iterator[int]:
        """Yield where what stands at a place may go on: the next word, or behind what may be left out.

        That is what stands in brackets, what the word is said to be of, and clauses of a list, as long
        as nothing in them counts.
        """
        words, first = self.words, place + 1
        if first >= len(words):
            return
        yield first
        here = words[place]
        if words[first].depth > here.depth:
            yield from (
                there
                for there in self._behind(first, lambda word: word.depth > here.depth)
                if words[there].depth <= here.depth
            )
        if words[first].is_of:
            yield from self._behind(
                first,
                lambda word: word.clause == here.clause and not (word.turns or word.is_below),
            )
        if words[first].clause != here.clause:
            yield from self._later(first)

    def leaves_out(self, place: int) -> bool:
        """Return whether something that counts follows in the clause that is said up to a place."""
        last = self.words[place]
        for word in self.words[place + 1 :]:
            if word.clause != last.clause or word.depth < last.depth or word.turns or word.is_below:
                return False
            is_minor = _MINOR.match(word.text) or (word.is_of and "-" in word.text)
            if word.depth == last.depth and wording.counts(word.text) and not is_minor:
                return True
        return False

    def _behind(self, first: int, may_go: Callable[[Word], bool]) -> Iterator[int]:
        """Yield the places behind words from a first one on, as long as they may go and do not count."""
        for place in range(first, min(first + _MAX_LEFT_OUT, len(self.words) - 1)):
            word = self.words[place]
            if not may_go(word) or wording.counts(word.text):
                return
            yield place + 1

    def _later(self, first: int) -> Iterator[int]:
        """Yield the beginnings of the clauses of a list that come after one, if it may be left out."""
        for place in range(first, min(first + _MAX_LEFT_OUT, len(self.words) - 1)):
            word, mark = self.words[place], self.clauses[self.words[place - 1].clause].mark
            if wording.counts(word.text) or (word.begins and mark not in {",", ":"}):
                return
            if self.clauses[word.clause].mark != ",":
                return
            if self.words[place + 1].clause != word.clause:
                yield place + 1


@dataclass(slots=True)
class _Reader:
    """What is read of a text so far."""

    beside: frozenset[str]
    words: list[Word] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=lambda: [Clause()])
    depth: int = 0
    is_quoted: bool = False
    begins: bool = True
    is_plain: bool = True
    """Nothing of the clause is denied so far, counted, or to be done."""
    joins: set[str] = field(default_factory=set)
    """What joins, since the last word that says something."""

    def read(self, token: str, *, limits: bool) -> None:
        """Take a word in."""
        word = wording.alike(token)
        self.clauses[-1].raw.append(word)
        if limits and word in wording.LIMITING:
            self.clauses[-1].limits |= {word}
        if token in wording.JOINING:
            self.joins.add(token)
            return
        if word not in self.beside:
            turns = bool(_AND & self.joins)
            self.words.append(
                Word(
                    text=word,
                    clause=len(self.clauses) - 1,
                    depth=self.depth,
                    begins=self.begins,
                    goes_on=turns and self.is_plain and wording.is_outcome(word),
                    turns=turns,
                    is_of="of" in self.joins,
                    is_below=bool(_BELOW & self.joins),
                )
            )
            self.begins = False
            self.is_plain &= not (
                wording.is_denial(word) or wording.is_number(word) or word in wording.TURNING
            )
        self.joins = set()

    def mark(self, mark: str) -> None:
        """Take in what stands between words."""
        self.joins = set()
        if mark == "'":
            self.is_quoted = not self.is_quoted
            self.depth = max(0, self.depth + (1 if self.is_quoted else -1))
        elif mark in "([":
            self.depth, self.begins = self.depth + 1, True
        elif mark in ")]":
            self.depth, self.begins = max(0, self.depth - 1), False
        else:
            self.clauses[-1].mark = mark[-1]
            self.clauses.append(Clause())
            self.begins = self.is_plain = True


def flattened(text: str) -> str:
    """Return a text in which a change is written in one way only: as what was, an arrow, and what is."""
    return _ARROW.sub(" → ", _FROM_TO.sub(r"\1→ ", text))


def _with_limits(clauses: Sequence[Clause]) -> Sequence[Clause]:
    """Return the clauses with all that limits them: shares, and what one at their side takes back."""
    for clause in clauses:
        clause.limits |= {
            word for word in clause.raw if word.endswith("%") or _SHARE.fullmatch(word)
        }
        for number, of, whole in zip(clause.raw, clause.raw[1:], clause.raw[2:], strict=False):
            if (
                of == "of"
                and wording.is_number(whole)
                and (wording.is_number(number) or number == "one")
            ):
                clause.limits |= {number, whole}
    for one, other in pairwise(clauses):
        if one.mark == "," and other.raw[:1] and other.raw[0] in _LEADING:
            one.limits |= other.limits
        if one.mark == "," and one.raw[:1] and one.raw[0] in _LEADING:
            other.limits |= one.limits
    return clauses
