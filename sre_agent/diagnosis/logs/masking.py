"""What of a log line is a value and no part of its wording: one setting for every system.

A value is recognised by its form alone: numbers and what contains them, paths, dotted names, dates,
sizes and durations with their units, quoted words, truth values after a sign. Preprocessing by form
is what Drain (He et al., 2017) and Brain (Yu et al., 2023) tune for each system; here the forms are
wide enough to do without.
"""

import re

VALUE = "\0"
"""Stands for one value, or for several that follow each other."""
SHOWN = "<*>"
MAX_LENGTH = 2_000
"""Of a longer line only the beginning is looked at: wording stands first."""

_DATE = (
    r"(?:\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? +)?"
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} +\d{1,2},?"
    r"(?: +\d{2}:\d{2}:\d{2}(?:\.\d+)?)?(?: +[A-Z]{3,4})?(?: +\d{4})?"
)
_WITH_DIGIT_OR_SLASH = (
    # Where its run of characters starts, or a date before it ended: else each place in a long run would
    # look through the rest of it.
    r"(?:(?<![\w$@#%+~*.-])|(?<=[0-9]))[\w$@#%+~*.-]*[0-9/\\][\w$@#%+~*./\\:-]*"
    r"(?:(?<=[a-z/])\?[^\s\"']*)?"
)
_DOTTED = r"(?<![A-Za-z_])[A-Za-z_][\w-]{0,100}(?:\.[\w-]+)*\.[a-z0-9_-][\w-]*(?::\d+)?"
"""A host or a package; capitals at its end are a constant of a program, and wording."""
_HOST_AND_PORT = r"(?<![A-Za-z_])[A-Za-z_][\w-]{0,100}:\d+\b"
_NOTHING_IN_BRACKETS = r"\(\)|\[\]|\{\}"
_QUOTED = r"(?<==)\"[^\"]*\"|\"[^\"\s]*\"|'[^'\s]*'"
_NOTHING_AFTER_A_SIGN = r"(?<==)(?=\s|$)"
_STARS = r"\*{3,}"
_TRUTH = r"(?<=[=:])(?: ?)(?:true|false|null|none|nil|yes|no)\b"

_VALUES = re.compile(
    "|".join(
        (
            _DATE,
            _WITH_DIGIT_OR_SLASH,
            _DOTTED,
            _HOST_AND_PORT,
            _NOTHING_IN_BRACKETS,
            _QUOTED,
            _NOTHING_AFTER_A_SIGN,
            _STARS,
            _TRUTH,
        )
    )
)
_SIZE_AGAIN = r" ?\(\0 ?[KMGTkmgt]?i?[Bb](?:ytes)?\)"
"""A size told once more for people: `1396 bytes (1.36 KB)`."""
_UNIT = r"(?<=\0) ?(?:m?s|msecs?|secs?|seconds?|[KMGT]?i?B)\b"
_UNITS = re.compile(f"{_SIZE_AGAIN}|{_UNIT}")
_AROUND = re.compile(r"[<>]=?\0|\(\0\)|\[\0\]|\{\0\}")
_SEVERAL = re.compile(r"\0(?:,? ?\0)+")


def mask(line: str) -> str:
    """Return the wording of a line, each value replaced by `VALUE`."""
    masked = _VALUES.sub(VALUE, line[:MAX_LENGTH].replace(VALUE, " "))
    if VALUE not in masked:
        return masked
    masked = _AROUND.sub(VALUE, _UNITS.sub("", masked))
    return _SEVERAL.sub(VALUE, masked)


def show(masked: str) -> str:
    """Return the wording for people, values as `<*>`."""
    return masked.replace(VALUE, SHOWN)
