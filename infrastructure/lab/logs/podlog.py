"""A line of a pod's log file: `time stdout|stderr F|P text`."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

_LINE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[-+]\d\d:\d\d) (stdout|stderr) ([FP]) (.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class PodLine:
    """One record: `time_ns` since 1970; a partial one goes on in the next of its output."""

    time_ns: int
    output: str
    is_partial: bool
    text: str


# Lines come in bursts of the same second.
@lru_cache(maxsize=64)
def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def parse_line(text: str) -> PodLine | None:
    """Return the record, or None when the text is not in the format."""
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    moment, fraction, zone, output, tag, content = match.groups()
    try:
        seconds = _seconds(moment + ("+00:00" if zone == "Z" else zone))
    except ValueError:
        return None
    nanoseconds = int((fraction or "0").ljust(9, "0"))
    return PodLine(seconds * 1_000_000_000 + nanoseconds, output, tag == "P", content)


class Joiner:
    """Puts partial records of one file back together; each output on its own."""

    def __init__(self) -> None:
        self._begun: dict[str, list[str]] = {}

    def join(self, line: PodLine) -> str | None:
        """Return the whole text when this record ends one."""
        parts = self._begun.setdefault(line.output, [])
        parts.append(line.text)
        if line.is_partial:
            return None
        del self._begun[line.output]
        return "".join(parts)
