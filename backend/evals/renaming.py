"""Other names and other times for a set: an answer that changes with them was never reasoned.

Every name of the vocabulary becomes a made-up one wherever it stands as a word of its own (at the
start of a pod's name, in an address, in a sentence), and every date and epoch moves by the same
whole number of weeks. Predictions are translated back before they are written or scored.
"""

import random
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

_SYLLABLES = ("ba", "ko", "lu", "mi", "ne", "po", "ra", "si", "tu", "vo", "ze", "du", "fa", "gi")
_DATE = re.compile(r"(?<!\d)(20[12]\d)([-/])(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_EPOCH = re.compile(r"(?<![\d.\w-])1[4-9]\d{8}(?:\d{3}|\d{6}|\d{9})?(?![\d\w])")
_WRITTEN = re.compile(
    r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (20\d{2})"
)
_SECONDS_DIGITS = 10


class Renaming:
    """A renaming of some names and a shift of all times, made from a seed."""

    def __init__(self, names: Iterable[str], seed: int) -> None:
        """Make new names, each another one and none of them an old one.

        Args:
            names: what to rename.
            seed: which renaming it shall be.
        """
        old = sorted(set(names), key=lambda name: (-len(name), name))
        source = random.Random(seed)  # noqa: S311 - a reproducible renaming, no secret
        self._new = _made_up(old, source)
        self._back = {new: name for name, new in self._new.items()}
        self._weeks = timedelta(weeks=source.randint(3, 150))
        self._pattern = _words(old)

    def apply(self, text: str) -> str:
        """Return a text with the new names and times."""
        if self._pattern:
            text = self._pattern.sub(lambda found: self._new[found[0]], text)
        text = _DATE.sub(self._date, text)
        text = _WRITTEN.sub(self._written, text)
        return _EPOCH.sub(self._epoch, text)

    def undo(self, answer: Any) -> Any:
        """Return an answer with the old names, in whatever lists and mappings it stands."""
        if isinstance(answer, str):
            pattern = _words(sorted(self._back, key=lambda name: (-len(name), name)))
            return pattern.sub(lambda found: self._back[found[0]], answer) if pattern else answer
        if isinstance(answer, Mapping):
            return {self.undo(key): self.undo(value) for key, value in answer.items()}
        if isinstance(answer, (list, tuple)):
            return [self.undo(item) for item in answer]
        return answer

    def _date(self, found: re.Match[str]) -> str:
        year, separator, month, day = found.groups()
        try:
            moved = datetime(int(year), int(month), int(day)) + self._weeks  # noqa: DTZ001 - a date
        except ValueError:
            return found[0]
        return moved.strftime(f"%Y{separator}%m{separator}%d")

    def _written(self, found: re.Match[str]) -> str:
        read = datetime.strptime(found[0], "%a, %d %b %Y")  # noqa: DTZ007 - a date
        return (read + self._weeks).strftime("%a, %d %b %Y")

    def _epoch(self, found: re.Match[str]) -> str:
        digits = found[0]
        return str(int(digits) + self._seconds * 10 ** (len(digits) - _SECONDS_DIGITS))

    @property
    def _seconds(self) -> int:
        return int(self._weeks.total_seconds())


def _words(names: list[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    # In JSON the end of a line is written `\n`, so its `n` is no letter of the name that follows.
    start = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
    return re.compile(rf"{start}(?:{'|'.join(map(re.escape, names))})(?![A-Za-z0-9])")


def _made_up(names: list[str], source: random.Random) -> dict[str, str]:
    """Return a new name for each: one word of letters, so that it can be part of any other name."""
    taken, found = set(names), dict[str, str]()
    for name in names:
        new = name
        while new in taken:
            new = "".join(source.choice(_SYLLABLES) for _ in range(source.randint(3, 5)))
        taken.add(new)
        found[name] = new
    return found
