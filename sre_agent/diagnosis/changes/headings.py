"""Which rows of a unified diff tell of files, and which are lines of them that look alike."""

from collections.abc import Sequence

BEFORE, AFTER = "--- ", "+++ "
_OTHERS = ("diff --git ", "index ", "old mode ", "new mode ", "similarity ", "rename ", "copy ")
_NO_END = "\\ No newline"


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
    if row.startswith(("@@", *_OTHERS, "deleted file ", "new file ", _NO_END)):
        return True
    return names_files(rows, at) or (at > 0 and names_files(rows, at - 1))
