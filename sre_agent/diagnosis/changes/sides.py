"""A diff as the two texts of each of its hunks: as they were, and as they are."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from sre_agent.diagnosis.changes import headings
from sre_agent.diagnosis.changes.patch import READ_KEPT

MASK = "[redacted]"
"""What stands where a secret was masked."""
_IS_OF_SECRET = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|private[_-]?key|credentials?)[\"']?\s*[:=].*"
    + re.escape(MASK),
    re.IGNORECASE,
)
"""A line with what lets somebody in; not each line in which something was masked has such."""
_NAME = re.compile(r"^(?:---|\+\+\+) (?:[ab]/)?(?P<path>[^\t]+)")
_NOWHERE = "/dev/null"


@dataclass(frozen=True)
class Sides:
    """A hunk of a file before and after; `removed` and `added` say where in them the others stand not.

    `rows` are its lines as the diff tells them, `first_line` the number of the first where that is told;
    `has_mode` says whether the diff tells that the file kept its mode.
    """

    path: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    first_line: int | None = None
    has_mode: bool = False

    @property
    def changed(self) -> list[str]:
        """Return the lines that it takes away and adds."""
        return [row[1:] for row in self.rows if row[:1] in {"+", "-"}]

    @property
    def has_all_above(self) -> bool:
        """Return whether what stands right above the first line that changed is told, or nothing does."""
        is_top = self.first_line is not None and self.first_line <= 1
        return is_top or self.rows[0][:1] not in {"+", "-"}

    @property
    def is_masked(self) -> bool:
        """Return whether what it takes away or adds holds a secret that was masked: what, nobody knows."""
        return any(row[:1] in {"+", "-"} and MASK in row.lower() for row in self.rows)

    @property
    def hides(self) -> bool:
        """Return whether lines changed that are told as if they had not.

        What differs in them was masked, or is no sign that is shown: no diff takes away a line and adds
        it in the same place.
        """
        return any(
            both and (gone == new or any(MASK in line.lower() for line in both))
            for gone, new, both in _edits(self.rows)
        )

    @property
    def is_loose(self) -> bool:
        """Return whether lines stand on both sides of an edit beside others: git does not write so.

        Some programs do. What they mean can be read, but that such lines are the same is no proof.
        """
        return any(both and Counter(gone) != Counter(new) for gone, new, both in _edits(self.rows))


def read(diff: str, paths: tuple[str, ...]) -> tuple[Sides, ...] | None:
    """Return the hunks of a diff, or None where it does not tell all that was changed.

    It may not tell of all the files that were touched, or hide what is different in a line.

    Args:
        diff: a unified diff; of one without names of files all lines are of the only file.
        paths: the files that were touched.
    """
    rows = diff.splitlines()
    told = _named(rows)
    if not tells_of(diff, paths) or (not told and len(paths) != 1):
        return None
    hunks = _hunks(rows, "" if told else paths[0])
    is_told = not any(hunk.is_masked or hunk.hides or hunk.is_loose for hunk in hunks)
    return tuple(hunks) if is_told else None


@lru_cache(maxsize=READ_KEPT)
def tells_of(diff: str, paths: tuple[str, ...]) -> bool:
    """Return whether a diff tells of each of the files that were touched, where it names files at all."""
    told = _named(diff.splitlines())
    return not told or told.issuperset(paths)


@lru_cache(maxsize=READ_KEPT)
def moves_files(diff: str) -> bool:
    """Return whether a diff makes files, takes them away, calls them otherwise or gives them other modes.

    What programs find by its name, or run, they may not find or run any more, whatever its lines say.
    """
    rows = diff.splitlines()
    named = (at for at in range(len(rows)) if headings.names_files(rows, at))
    return any(map(headings.moves, rows)) or any(
        _path(rows[at]) != _path(rows[at + 1]) for at in named
    )


@lru_cache(maxsize=READ_KEPT)
def hides(diff: str) -> bool:
    """Return whether a diff tells lines that changed as if they had not."""
    return any(hunk.hides for hunk in _hunks(diff.splitlines(), ""))


@lru_cache(maxsize=READ_KEPT)
def has_another_secret(diff: str) -> bool:
    """Return whether a diff puts another secret in the place of one, which both were masked.

    Where lines without a secret are told as changed that look the same, the whole file was written anew.
    """
    return any(
        both and all(map(_IS_OF_SECRET.search, both))
        for hunk in _hunks(diff.splitlines(), "")
        for _, _, both in _edits(hunk.rows)
    )


def _hunks(rows: Sequence[str], path: str) -> list[Sides]:
    found = [Sides(path)]
    for at, row in enumerate(rows):
        if headings.names_files(rows, at):
            after = _path(rows[at + 1])
            has_mode = at > 0 and headings.tells_mode(rows[at - 1])
            found.append(Sides(after if after != _NOWHERE else _path(row), has_mode=has_mode))
        elif headings.is_told(rows, at):
            begins, same = headings.first_line(row), found[-1]
            found.append(Sides(same.path, first_line=begins, has_mode=same.has_mode))
        else:
            _add(found[-1], row)
    return [hunk for hunk in found if hunk.removed or hunk.added]


def _add(hunk: Sides, row: str) -> None:
    sign, text = row[:1], row[1:]
    hunk.rows.append(row)
    if sign != "+":
        hunk.removed.extend([len(hunk.before)] if sign == "-" else [])
        hunk.before.append(text)
    if sign != "-":
        hunk.added.extend([len(hunk.after)] if sign == "+" else [])
        hunk.after.append(text)


def _edits(rows: Sequence[str]) -> Iterator[tuple[list[str], list[str], Collection[str]]]:
    """Yield what is taken away and what is added between two lines that stay, and what is both."""
    for is_edit, edit in groupby(rows, key=lambda row: row[:1] in {"+", "-"}):
        if is_edit:
            told = list(edit)
            gone, new = ([row[1:] for row in told if row[0] == sign] for sign in "-+")
            both = Counter(filter(str.strip, gone)) & Counter(filter(str.strip, new))
            yield gone, new, both.keys()


def _named(rows: Sequence[str]) -> frozenset[str]:
    """Return the names that a diff gives to files, before the change and after it."""
    named = (at for at in range(len(rows)) if headings.names_files(rows, at))
    return frozenset(name for at in named for name in (_path(rows[at]), _path(rows[at + 1])))


def _path(row: str) -> str:
    found = _NAME.match(row)
    return found["path"].strip() if found else ""
