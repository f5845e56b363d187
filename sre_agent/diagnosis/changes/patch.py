"""What a diff really changes: the tokens that are gone for good and those that are new.

A rearrangement moves tokens about and loses none that matter; what is left after both sides are set
against each other is the change.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`|[A-Za-z_][\w]*|\d+(?:\.\d+)?[a-zA-Z%]*|"
    r"[=!<>]=|&&|\|\||[-+*/%<>=!?]"
)
_COMMENT = re.compile(r"^\s*(?://|#(?!\s*include)|/\*|\*(?:\s|/|$)|--\s|<!--|;|\"\"\"|''')")
_TRAILING = re.compile(r"\s+(?://|#)\s.*$")
_NUMBER = re.compile(r"^\d+(?:\.\d+)?[a-zA-Z%]*$")
_STRING = re.compile(r"^[\"'`].*[\"'`]$", re.DOTALL)
_CONDITION = re.compile(
    r"\b(?:if|unless|guard|assert|require|when|case|except|catch|elif)\b|\?\.|\?\?"
)
_UNITS = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "k": 1e3,
    "ki": 1024.0,
    "mi": 1024.0**2,
    "gi": 1024.0**3,
}


@dataclass(frozen=True)
class Patch:
    """A diff, cut to the lines of code that it takes away and adds."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]

    @cached_property
    def gone(self) -> Counter[str]:
        """Return the tokens that are there no more."""
        return tokens(self.removed) - tokens(self.added)

    @cached_property
    def new(self) -> Counter[str]:
        """Return the tokens that were not there before."""
        return tokens(self.added) - tokens(self.removed)

    @property
    def is_without_effect(self) -> bool:
        """Return whether nothing but space, order or comments differs."""
        return bool(self.removed or self.added) and not self.gone and not self.new

    @property
    def lost_conditions(self) -> int:
        """Return how many more conditions were taken away than added."""
        return sum(map(_conditions, self.removed)) - sum(map(_conditions, self.added))

    @property
    def changed_literals(self) -> tuple[str, ...]:
        """Return the quoted words that are gone, bare."""
        return tuple(sorted(token[1:-1] for token in self.gone if _STRING.match(token)))

    @property
    def is_rearranged(self) -> bool:
        """Return whether as much is put in place of what is gone and every literal is kept."""
        literals = [token for token in self.gone if _NUMBER.match(token) or _STRING.match(token)]
        truths = {"true", "false", "True", "False"} & set(self.gone)
        is_replaced = bool(self.removed) and bool(self.added) and (bool(self.new) or not self.gone)
        return is_replaced and not literals and not truths

    def numbers(self) -> Mapping[str, tuple[float, float]]:
        """Return the quantities that are others now, by the line they stand in: before and after."""
        found = {}
        before = {_frame(line): line for line in self.removed if _quantities(line)}
        for line in self.added:
            old = before.get(_frame(line))
            if old is None:
                continue
            pairs = zip(_quantities(old), _quantities(line), strict=False)
            changed = [(one, other) for one, other in pairs if one != other]
            if changed:
                found[line] = changed[0]
        return found


def read(diff: str) -> Patch:
    """Return a unified diff as a patch; comments and empty lines do not count."""
    removed, added, kept = list[str](), list[str](), list[str]()
    for line in diff.splitlines():
        if line.startswith(("+++", "---", "@@", "diff ", "index ")):
            continue
        side = {"-": removed, "+": added}.get(line[:1], kept)
        code = _TRAILING.sub("", line[1:])
        if code.strip() and not _COMMENT.match(code):
            side.append(code)
    return Patch(tuple(removed), tuple(added), tuple(kept))


def tokens(lines: Iterable[str]) -> Counter[str]:
    """Return the tokens of code with their counts."""
    return Counter(token for line in lines for token in _TOKEN.findall(line))


def _conditions(line: str) -> int:
    return len(_CONDITION.findall(line))


def _frame(line: str) -> str:
    """Return a line without its quantities: what they are of."""
    return re.sub(r"\d+(?:\.\d+)?", "#", "".join(line.split()))


def _quantities(line: str) -> Sequence[float]:
    found = []
    for number, unit in re.findall(r"(?<![\w.])(\d+(?:\.\d+)?)\s*\*?\s*([A-Za-z.]*)", line):
        scale = _UNITS.get(unit.lower().removeprefix("time."), 1.0)
        found.append(float(number) * scale)
    return found
