"""What a diff really changes: the tokens that are gone for good and those that are new.

A rearrangement moves tokens about and loses none that matter; what is left after both sides are set
against each other is the change.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from sre_agent.diagnosis.changes import headings, quantities
from sre_agent.diagnosis.changes.quantities import Turn

_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`|[A-Za-z_][\w]*|\d+(?:\.\d+)?[a-zA-Z%]*|"
    r"[=!<>]=|&&|\|\||[-+*/%<>=!?]"
)
_DIRECTIVE = r"\s*include|(?:define|undef|if|ifdef|ifndef|else|elif|endif|pragma|error)\b"
"""Not every line that begins with a hash is a comment."""
_COMMENT = re.compile(rf"^\s*(?://|#(?!{_DIRECTIVE})|/\*|\*(?:\s|/|$)|--\s|<!--|;|\"\"\"|''')")
_TRAILING = re.compile(
    r"(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<!\s)\s+(?://|#)\s.*$"
)
"""A comment behind code; what stands in quotes is none."""
_NAME_OF = re.compile(r"^\s*-\s+name:\s*[\"']?([\w.-]+)[\"']?\s*$")
_VALUE = re.compile(r"^\s*value:\s*(\S.*)$")
"""A variable of a container, in a manifest."""
_NUMBER = re.compile(r"^\d+(?:\.\d+)?[a-zA-Z%]*$")
_STRING = re.compile(r"^[\"'`].*[\"'`]$", re.DOTALL)
_NAME = re.compile(r"^[\"'`]?[A-Za-z_]")
_OPERATORS = frozenset(
    {"<", ">", "<=", ">=", "==", "!=", "&&", "||", "!", "+", "-", "*", "/", "%", "?"}
)
_SETTING = re.compile(r"^\s*[\"']?(?P<key>[\w.-]+)[\"']?\s*[:=]\s*(?P<value>[\w.\"'-]+),?\s*$")
_CONDITION = re.compile(
    r"\b(?:if|unless|guard|assert|require|when|case|except|catch|elif)\b|\?\.|\?\?"
)
_RAISES = re.compile(
    r"\b(?:raise|throw|panic!?|abort|reject|assert|fatal\w*|errors?\.new|errorf|bail!?|die|require(?:NonNull)?)\b",
    re.IGNORECASE,
)
_STATUS = re.compile(r"^[1-5]\d\d$")
"""Codes of HTTP, which have names as well."""
_UNIT_NAMES = re.compile(
    r"(?:time\.)?(?:nano|micro|milli)?seconds?\b|(?:time\.)?(?:minute|hour)s?\b|(?<=\d)[a-z]{1,2}\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(?<![\w.])\d+(?:\.\d+)?\s*\*?\s*[A-Za-z.]*")

READ_KEPT = 512
"""So many diffs are kept as they were read: each is looked at from many sides."""

SHORTEST = 2
"""Characters; shorter tokens are operators and the names of a moment."""


@dataclass(frozen=True)
class Patch:
    """A diff, cut to the lines of code that it takes away and adds."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]
    names_brought: frozenset[str] = frozenset()
    """The names and quoted words that nothing told of the file held before, bare."""

    @cached_property
    def gone(self) -> Counter[str]:
        """Return the tokens that are there no more."""
        return tokens(self.removed) - tokens(self.added)

    @cached_property
    def new(self) -> Counter[str]:
        """Return the tokens that were not there before."""
        return tokens(self.added) - tokens(self.removed)

    @cached_property
    def lost_conditions(self) -> int:
        """Return how many more conditions were taken away than added."""
        return sum(map(_conditions, self.removed)) - sum(map(_conditions, self.added))

    @cached_property
    def names_gone(self) -> frozenset[str]:
        """Return the names and quoted words that are there no more, bare."""
        return _names(self.gone)

    @cached_property
    def names_new(self) -> frozenset[str]:
        """Return the names and quoted words that were not there so often before, bare."""
        return _names(self.new)

    @cached_property
    def names_raised(self) -> frozenset[str]:
        """Return the new names and quoted words in lines that were added and raise what goes wrong."""
        raising = tokens(line for line in self.added if _RAISES.search(line))
        return _names(raising) & self.names_new

    @cached_property
    def has_other_settings(self) -> bool:
        """Return whether a plain setting has another value: `key: value`, `key = value`."""
        before = dict(_settings(self.removed))
        return any(before.get(key, value) != value for key, value in _settings(self.added))

    @cached_property
    def telling(self) -> frozenset[str]:
        """Return the tokens gone or new that mean something; operators where nothing else differs."""
        both = {*self.gone, *self.new}
        meant = frozenset(token for token in both if len(token) > SHORTEST or token.isdigit())
        return meant or frozenset(both)

    @cached_property
    def changing(self) -> tuple[str, ...]:
        """Return the lines that hold some of the tokens that one side has and the other has not."""
        return tuple(
            line
            for lines, left in ((self.removed, self.gone), (self.added, self.new))
            for line in lines
            if not (self.telling & left.keys()).isdisjoint(_TOKEN.findall(line))
        )

    @cached_property
    def is_rearranged(self) -> bool:
        """Return whether the same is said in other words, each number, quoted word and truth kept."""
        if not self.removed or not self.added or self.has_other_settings:
            return False
        if any(map(_is_literal, self.gone)):
            return False
        if not self.gone and not self.new:
            # The same tokens in another order, or further in, mean something else; moved lines do not.
            return Counter(self.removed) == Counter(self.added)
        is_replaced, is_more = (
            any(len(token) > SHORTEST for token in left) for left in (self.gone, self.new)
        )
        if is_replaced or is_more:
            return is_replaced and is_more
        return not any(len(token) > SHORTEST or token in _OPERATORS for token in self.telling)

    @cached_property
    def turns(self) -> Mapping[str, Turn]:
        """Return which way quantities went, by each line they stood in and stand in."""
        before = {_frame(line): line for line in self.removed if _NUMBERS.search(line)}
        found: dict[str, Turn] = {}
        for line in self.added:
            old = before.get(_frame(line))
            if old is not None and _NUMBERS.findall(old) != _NUMBERS.findall(line):
                found |= dict.fromkeys((old, line), quantities.turn(old, line))
        return found


@lru_cache(maxsize=READ_KEPT)
def read(diff: str) -> Patch:
    """Return a unified diff as a patch; comments and empty lines do not count."""
    sides: dict[str, list[str]] = {"-": [], "+": [], " ": []}
    brought = set[str]()
    rows = diff.splitlines()
    for file in _files(rows):
        own: dict[str, list[str]] = {"-": [], "+": [], " ": []}
        names: dict[str, str] = {}
        for at in file:
            line = rows[at]
            if headings.is_told(rows, at):
                names.clear()
                continue
            code = _TRAILING.sub(r"\g<text>", _named(line[:1], line[1:], names))
            if code.strip() and not _COMMENT.match(code):
                own[line[:1] if line[:1] in own else " "].append(code)
        brought |= _names(tokens(own["+"])) - _names(tokens([*own["-"], *own[" "]]))
        for sign, lines in own.items():
            sides[sign] += lines
    removed, added, kept = (tuple(sides[sign]) for sign in "-+ ")
    return Patch(removed, added, kept, frozenset(brought))


def _files(rows: Sequence[str]) -> Iterator[range]:
    """Yield the rows of each file."""
    starts = [at for at in range(len(rows)) if headings.names_files(rows, at)]
    for start, end in pairwise(dict.fromkeys((0, *starts, len(rows)))):
        yield range(start, end)


def _named(sign: str, text: str, names: dict[str, str]) -> str:
    """Return a line of a diff; the value of a pair `name: …`, `value: …` with the name before it.

    `names` are those that the next line of either side may be the value of; they are kept up to date.
    """
    value, name = _VALUE.match(text), _NAME_OF.match(text)
    told = f"{names[sign]}: {value[1]}" if value and names.get(sign) else text
    for side in ("-", "+", " ") if sign == " " else (sign,):
        names[side] = name[1] if name else ""
    return told


def tokens(lines: Iterable[str]) -> Counter[str]:
    """Return the tokens of code with their counts."""
    return Counter(token for line in lines for token in _TOKEN.findall(line))


def _names(left: Iterable[str]) -> frozenset[str]:
    return frozenset(token.strip("\"'`") for token in left if _NAME.match(token))


def _settings(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        found = _SETTING.match(line)
        if found:
            yield found["key"], found["value"]


def _is_literal(token: str) -> bool:
    is_value = _NUMBER.match(token) or _STRING.match(token) or token.lower() in {"true", "false"}
    return bool(is_value) and not _STATUS.match(token)


def _conditions(line: str) -> int:
    return len(_CONDITION.findall(line))


def _frame(line: str) -> str:
    """Return a line without its quantities: what they are of."""
    return re.sub(r"\d+(?:\.\d+)?", "#", "".join(_UNIT_NAMES.sub("", line).split()))
