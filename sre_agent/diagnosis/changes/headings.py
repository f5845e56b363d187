"""Which rows of a unified diff tell of files, and which are lines of them that look alike."""

import re
from collections.abc import Sequence

BEFORE, AFTER = "--- ", "+++ "
_OTHERS = ("diff --git ", "index ", "similarity ")
_NO_END = "\\ No newline"
_BINARY = ("Binary files ", "GIT binary patch")
_MOVES = ("old mode ", "new mode ", "rename ", "copy ", "deleted file ", "new file ")
_FROM_OR_TO_NOTHING = re.compile(r"@@ -\S+ \+0,0 @@|@@ -0,0 ")
_MODE = re.compile(r"index [0-9a-f]+\.\.[0-9a-f]+ \d{6}$")
_FIRST = re.compile(r"@@ -\d+(?:,\d+)? \+(?P<line>\d+)")


def names_files(rows: Sequence[str], at: int) -> bool:
    """Return whether a row and the one after it name a file, before the change and after it.

    A line that was taken away and begins with dashes looks like a name; after one a hunk begins.
    """
    pair, then = rows[at : at + 2], rows[at + 2 : at + 3]
    is_pair = len(pair) > 1 and pair[0].startswith(BEFORE) and pair[1].startswith(AFTER)
    return is_pair and (not then or then[0].startswith("@@"))


def is_told(rows: Sequence[str], at: int) -> bool:
    """Return whether a row speaks of the diff itself, and is no line of a file."""
    row = rows[at]
    if row.startswith(("@@", *_OTHERS, *_MOVES, *_BINARY, _NO_END)):
        return True
    return names_files(rows, at) or (at > 0 and names_files(rows, at - 1))


def moves(row: str) -> bool:
    """Return whether a row tells of a file that is made, gone, called otherwise, of another mode, or no text."""
    return row.startswith((*_MOVES, *_BINARY)) or _FROM_OR_TO_NOTHING.match(row) is not None


def tells_mode(row: str) -> bool:
    """Return whether a row says which mode a file has before the change and after it alike."""
    return _MODE.match(row) is not None


def first_line(row: str) -> int | None:
    """Return with which line of the file a hunk begins, or None where a row does not say so."""
    found = _FIRST.match(row)
    return int(found["line"]) if found else None
