"""Streaming template mining: which lines say the same thing, in bounded memory, with one setting.

A line's wording (see `masking`) is looked up first, so that the work per line is one lookup. Only a
wording that was never met is compared with others: where several are alike but for one word, and
that word takes enough different values, it is a value too, and they are one template. States are
told from names by their form: participles (`Started`, `Stopping`) and words in capitals say what
happened, so that lines that differ in them stay apart.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from sre_agent.diagnosis.logs import masking

MANY = 4
"""So many different words at one place, all else being the same, are values."""
BESIDE_A_VALUE = 3
"""What a place after `=` that has held a plain value already counts for."""
FEWEST_TOKENS = 3
"""Shorter wordings say too little to be called alike."""
MAX_WORDINGS = 20_000
MAX_PLACES = 200_000
"""What is kept in mind at most, so that memory stays bounded whatever is logged."""

_TOKENS = re.compile(r"[^\s=:,;()\[\]{}\"']+|[=:,;()\[\]{}\"']")
_NAME = re.compile(r"(?!.*(?:ed|ing)$)(?:[A-Za-z][a-z][A-Za-z]*|[a-z]+(?:[-_][a-z]+)*)$")

Tokens = tuple[str, ...]
Place = tuple[str | None, ...]
KeyT = TypeVar("KeyT")
ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Template:
    """A template: its number, and its wording for people."""

    id: int
    text: str


class Miner:
    """Sorts lines into templates as they come.

    A line's number is provisional: templates that turn out to be one are joined later, and
    `resolve` tells the number that stands for them then. What was met longest ago is forgotten
    beyond the bounds; numbers that were given stay valid.
    """

    def __init__(self, max_wordings: int = MAX_WORDINGS, max_places: int = MAX_PLACES) -> None:
        """Start with nothing known.

        Args:
            max_wordings: how many wordings are kept in mind.
            max_places: how many places of words that may turn out to be values.
        """
        self._numbers: OrderedDict[str, int] = OrderedDict()
        self._by_tokens: OrderedDict[Tokens, int] = OrderedDict()
        self._places: OrderedDict[Place, dict[str, int]] = OrderedDict()
        self._open: OrderedDict[Place, None] = OrderedDict()
        self._parents: list[int] = []
        self._texts: list[str] = []
        self._most_wordings, self._most_places = max_wordings, max_places

    def add(self, line: str) -> int:
        """Return the number of a line's template, provisionally."""
        wording = masking.mask(line)
        number = self._numbers.get(wording)
        return self._learn(wording) if number is None else number

    def resolve(self, number: int) -> int:
        """Return the number that stands for a template now."""
        root = number
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[number] != root:
            self._parents[number], number = root, self._parents[number]
        return root

    def template(self, number: int) -> Template:
        """Return the template that a number stands for now."""
        root = self.resolve(number)
        return Template(root, self._texts[root])

    def _learn(self, wording: str) -> int:
        tokens = self._opened(tuple(_TOKENS.findall(wording)))
        number = self._by_tokens.get(tokens)
        if number is None:
            number = self._new(masking.show(wording))
            self._remember(tokens, number)
        self._numbers[wording] = number
        _forget(self._numbers, self._most_wordings)
        return self.resolve(number)

    def _opened(self, tokens: Tokens) -> Tokens:
        """Return the tokens with each word replaced whose place is known to hold values."""
        for position in _candidates(tokens):
            if _place(tokens, position) in self._open:
                tokens = _with_value(tokens, position)
        return tokens

    def _new(self, text: str) -> int:
        self._parents.append(len(self._parents))
        self._texts.append(text)
        return self._parents[-1]

    def _remember(self, tokens: Tokens, number: int) -> None:
        """Keep a wording in mind, and join it with those that differ from it in one value only."""
        self._by_tokens[tokens] = number
        _forget(self._by_tokens, self._most_wordings)
        for position in _candidates(tokens):
            place = _place(tokens, position)
            words = self._places.setdefault(place, {})
            words[tokens[position]] = number
            _forget(self._places, self._most_places)
            if self._holds_values(words, tokens, position):
                self._join(place, tokens, position)
                return

    def _holds_values(self, words: dict[str, int], tokens: Tokens, position: int) -> bool:
        """Return whether the words that were met at a place are too many to be wording."""
        is_beside_value = (
            tokens[position - 1] == "=" and _with_value(tokens, position) in self._by_tokens
        )
        return len(words) + (BESIDE_A_VALUE if is_beside_value else 0) >= MANY

    def _join(self, place: Place, tokens: Tokens, position: int) -> None:
        words = self._places.pop(place)
        self._open[place] = None
        _forget(self._open, self._most_places)
        joined = _with_value(tokens, position)
        known = self._by_tokens.get(joined)
        numbers = {self.resolve(number) for number in words.values()}
        root = min(numbers | ({self.resolve(known)} if known is not None else set()))
        for number in (*numbers, known if known is not None else root):
            self._parents[self.resolve(number)] = root
        for word in words:
            self._by_tokens.pop((*tokens[:position], word, *tokens[position + 1 :]), None)
        self._texts[root] = _written(self._texts[root], words)
        self._remember(joined, root)


def _candidates(tokens: Tokens) -> list[int]:
    """Return the positions of words that may be values; a line's first word is its wording."""
    if len(tokens) < FEWEST_TOKENS:
        return []
    return [position for position, token in enumerate(tokens) if position and _NAME.match(token)]


def _place(tokens: Tokens, position: int) -> Place:
    return (*tokens[:position], None, *tokens[position + 1 :])


def _with_value(tokens: Tokens, position: int) -> Tokens:
    return (*tokens[:position], masking.VALUE, *tokens[position + 1 :])


def _written(text: str, words: Iterable[str]) -> str:
    """Return a template's text with the word replaced that turned out to be a value."""
    for word in sorted(words, key=len, reverse=True):
        replaced = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", masking.SHOWN, text, count=1)
        if replaced != text:
            return replaced
    return text


def _forget(known: "OrderedDict[KeyT, ItemT]", most: int) -> None:
    """Drop what was learned longest ago, beyond the bound."""
    while len(known) > most:
        known.popitem(last=False)
