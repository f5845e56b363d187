"""A unified diff line by line: in which file each line stands, and at which number before and after."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sre_agent.diagnosis.changes import headings
from sre_agent.diagnosis.changes.patch import READ_KEPT

_HEAD = re.compile(r"^@@ -(?P<old>\d+)(?:,\d+)? \+(?P<new>\d+)(?:,\d+)? @@")
_NOWHERE = "/dev/null"


@dataclass(frozen=True)
class Line:
    """A line of a hunk; its number is 0 on the side on which it does not stand."""

    sign: str
    text: str
    before: int
    after: int

    @property
    def is_changed(self) -> bool:
        """Return whether it was taken away or added."""
        return self.sign != " "


@dataclass(frozen=True)
class Hunk:
    """Lines that changed together, in a file by its path after the change and the one before."""

    path: str
    former_path: str
    lines: tuple[Line, ...]

    @property
    def was(self) -> tuple[int, int] | None:
        """Return the first and the last line of the file before the change that stand here."""
        numbers = [line.before for line in self.lines if line.before]
        return (numbers[0], numbers[-1]) if numbers else None

    def is_near(self, number: int, away: int) -> bool:
        """Return whether a line of the file after the change stands at most so far from one that changed."""
        at = self.lines[0].after or self.lines[0].before
        for line in self.lines:
            at = line.after or at
            if line.is_changed and abs(at - number) <= away:
                return True
        return False


@lru_cache(maxsize=READ_KEPT)
def read(diff: str) -> tuple[Hunk, ...]:
    """Return the hunks of a unified diff, in its order; lines before the first hunk are passed over."""
    return tuple(_hunks(diff))


def _hunks(diff: str) -> Iterator[Hunk]:
    former = path = ""
    rows: list[Line] | None = None
    before = after = 0
    lines = diff.splitlines()
    for number, row in enumerate(lines):
        if headings.names_files(lines, number):
            if rows:
                yield Hunk(path, former, tuple(rows))
            rows = None
            former, path = _path(row), _path(lines[number + 1])
            path, former = path or former, former or path
            continue
        head = _HEAD.match(row)
        if head:
            if rows:
                yield Hunk(path, former, tuple(rows))
            rows, before, after = [], int(head["old"]), int(head["new"])
        elif rows is not None and row[:1] in {" ", "+", "-", ""} and not _is_name(lines, number):
            sign = row[:1] or " "
            is_old, is_new = sign != "+", sign != "-"
            rows.append(Line(sign, row[1:], before if is_old else 0, after if is_new else 0))
            before, after = before + is_old, after + is_new
    if rows:
        yield Hunk(path, former, tuple(rows))


def _is_name(rows: Sequence[str], at: int) -> bool:
    """Return whether a row names the file after the change, which was told with the one before."""
    return at > 0 and headings.names_files(rows, at - 1)


def _path(row: str) -> str:
    name = row[len(headings.BEFORE) :].split("\t", maxsplit=1)[0].strip()
    return "" if name == _NOWHERE else re.sub(r"^[ab]/", "", name)
