"""Pieces of PromQL."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from typing_extensions import override

_REGEX_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on a label; `op` is one of `=`, `!=`, `=~`, `!~`."""

    label: str
    op: str
    value: str

    @override
    def __str__(self) -> str:
        return f"{self.label}{self.op}{quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Selector:
    """The series of one metric under some conditions."""

    metric: str
    matchers: tuple[Matcher, ...]

    @override
    def __str__(self) -> str:
        return f"{self.metric}{{{','.join(map(str, self.matchers))}}}"

    def where(self, *more: Matcher) -> "Selector":
        """Return the selector under further conditions."""
        return Selector(self.metric, (*self.matchers, *more))

    def named(self, metric: str) -> "Selector":
        """Return the same conditions on another metric."""
        return Selector(metric, self.matchers)


def quoted(text: str) -> str:
    """Return a string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def literal(text: str) -> str:
    """Return a regular expression that matches just this text."""
    return _REGEX_SPECIAL.sub(r"\\\1", text)


def any_of(names: Iterable[str]) -> str:
    """Return a regular expression that matches one of these texts, in a stable order."""
    return "|".join(literal(name) for name in sorted(set(names)))


def duration(seconds: float) -> str:
    """Return a duration, rounded up to whole milliseconds."""
    milliseconds = math.ceil(round(seconds * 1000, 3))
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds % size == 0 and milliseconds >= size:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def summed(by: tuple[str, ...], expression: str) -> str:
    """Return a sum over everything but some labels."""
    return f"sum{_by(by)}({expression})"


def highest(by: tuple[str, ...], expression: str) -> str:
    """Return a maximum over everything but some labels."""
    return f"max{_by(by)}({expression})"


def rate(selector: Selector, window_s: float) -> str:
    """Return increases per second."""
    return f"rate({selector}[{duration(window_s)}])"


def increase(selector: Selector, window_s: float) -> str:
    """Return increases over a window."""
    return f"increase({selector}[{duration(window_s)}])"


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({','.join(labels)})" if labels else ""
