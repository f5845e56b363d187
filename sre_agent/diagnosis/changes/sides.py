"""A diff as the two texts of each of its hunks: as they were, and as they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sre_agent.diagnosis.changes import headings

_NAME = re.compile(r"^(?:---|\+\+\+) (?:[ab]/)?(?P<path>[^\t]+)")
_NOWHERE = "/dev/null"


@dataclass(frozen=True)
class Sides:
    """A hunk of a file before and after; `removed` and `added` say where in them the others stand not."""

    path: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)


def read(diff: str, paths: Sequence[str]) -> tuple[Sides, ...] | None:
    """Return the hunks of a diff, or None where it does not tell of all the files that were touched.

    Args:
        diff: a unified diff; of one without names of files all lines are of the only file.
        paths: the files that were touched.
    """
    rows = diff.splitlines()
    named = [at for at in range(len(rows)) if headings.names_files(rows, at)]
    told = {name for at in named for name in (_path(rows[at]), _path(rows[at + 1]))}
    if named and not told.issuperset(paths):
        return None
    if not named and len(paths) != 1:
        return None
    return tuple(_hunks(rows, "" if named else paths[0]))


def _hunks(rows: Sequence[str], path: str) -> list[Sides]:
    found = [Sides(path)]
    for at, row in enumerate(rows):
        if headings.names_files(rows, at):
            after = _path(rows[at + 1])
            found.append(Sides(after if after != _NOWHERE else _path(row)))
        elif headings.is_told(rows, at):
            found.append(Sides(found[-1].path))
        else:
            _add(found[-1], row)
    return [hunk for hunk in found if hunk.removed or hunk.added]


def _add(hunk: Sides, row: str) -> None:
    sign, text = row[:1], row[1:]
    if sign != "+":
        hunk.removed.extend([len(hunk.before)] if sign == "-" else [])
        hunk.before.append(text)
    if sign != "-":
        hunk.added.extend([len(hunk.after)] if sign == "+" else [])
        hunk.after.append(text)


def _path(row: str) -> str:
    found = _NAME.match(row)
    return found["path"].strip() if found else ""
