"""What a condition may cost at most: the evaluator has no bound of its own, and cannot be stopped."""

import math
import re
from typing import Any

import cel

MAX_STEPS = 50_000_000
"""Of one condition. A step is a character of it looked at once, well below a microsecond."""
MAX_STEPS_OF_ALL = 200_000_000
"""Of all conditions of a policy together: some seconds at the very worst."""
MAX_VALUES = 500
"""Values that a condition is tried on, facts and bounds: keys, and what lists and mappings hold."""
MAX_CHARS = 65_536
"""Of all texts among the facts together."""

_LOOP = re.compile(r"\b(?:all|exists|exists_one|existsOne|filter|map)\b")
_MATCHES = re.compile(r"\bmatches\b")
_REPEATED = re.compile(r"\{\s*(\d{1,9})(?:\s*,\s*(\d{1,9}))?")
_STEPS_OF_PATTERN = 10_000
"""For each character of the condition: a pattern is compiled whenever it is tried."""

_ADVICE = (
    "a comprehension (all, exists, exists_one, filter, map) goes through its list for each element "
    "of the one around it, and matches reads its pattern anew each time: have fewer of them in one "
    "rule, name things with `in [...]`, startsWith or contains, or make two rules of it"
)


class TooCostlyError(ValueError):
    """A condition could take longer than a ruling may."""


def compile_bounded(when: str) -> tuple[cel.Program, int]:
    """Return a condition compiled, and the steps that it may take.

    Raises:
        TooCostlyError: They are too many.
        ValueError: It is no condition.
    """
    steps = most_steps(when)
    if steps > MAX_STEPS:
        raise TooCostlyError(
            f"its condition may take {_told(steps)} steps, {MAX_STEPS:,} are allowed: {_ADVICE}"
        )
    return cel.compile(when), steps


def most_steps(when: str) -> int:
    """Return how many steps a condition may take on facts within bounds, never too few.

    Words count wherever they stand, in quotes too: whoever hides one gains nothing.
    """
    elements = max(MAX_VALUES, len(when) // 2) * (1 + when.count("+"))
    looked_at: int = len(when) * elements ** len(_LOOP.findall(when))
    patterns = len(_MATCHES.findall(when))
    return looked_at * (1 + patterns * _STEPS_OF_PATTERN * _repeats(when) if patterns else 1)


def told_of_all(steps: int, rules_max: int) -> str:
    """Return that a policy's rules are too many, or may take too many steps together."""
    return (
        f"all rules together may take {_told(steps)} steps: a policy has at most {rules_max} rules, "
        f"which may take {MAX_STEPS_OF_ALL:,}; the dearest are those with a comprehension (all, "
        "exists, exists_one, filter, map) or with matches: have fewer of them"
    )


def too_large(facts: Any) -> str | None:
    """Return why no condition is tried on some facts; None when they are within bounds."""
    values = chars = 0
    left = [facts]
    while left:
        one = left.pop()
        values += 1
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            left += one
        elif isinstance(one, str | bytes):
            chars += len(one)
        if values > MAX_VALUES or chars > MAX_CHARS:
            return (
                "what is known of the action, with the bounds of the policy, is more than rules may "
                f"look at: {MAX_VALUES} values and {MAX_CHARS:,} characters"
            )
    return None


def _repeats(when: str) -> int:
    """Return how often the patterns of a condition may repeat their parts, `(a{9}){9}` 81 times."""
    counts = (max(int(most or least), 1) for least, most in _REPEATED.findall(when))
    return math.prod(counts)


def _told(steps: int) -> str:
    return f"{steps:,}" if steps < 10**15 else "more than a million billion"
