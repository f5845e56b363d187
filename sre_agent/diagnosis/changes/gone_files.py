"""What programs call a file that a diff takes away, or calls otherwise: by its path, or as a module."""

from functools import lru_cache

from sre_agent.diagnosis.changes import headings
from sre_agent.diagnosis.changes.patch import READ_KEPT

_DEEPEST = 8
"""Parts of a path; strangers write them."""
_RENAMED, _NOWHERE = "rename from ", "/dev/null"


@lru_cache(maxsize=READ_KEPT)
def names(diff: str) -> frozenset[str]:
    """Return the names of the files that are where they were no more, as programs may ask for them."""
    rows = diff.splitlines()
    gone = {row.removeprefix(_RENAMED).strip() for row in rows if row.startswith(_RENAMED)}
    for at in range(len(rows)):
        if headings.names_files(rows, at):
            before, after = (_path(row) for row in rows[at : at + 2])
            if before not in {after, _NOWHERE}:
                gone.add(before)
    return frozenset(name for path in gone for name in _names(path))


def _path(row: str) -> str:
    name = row[len(headings.BEFORE) :].split("\t", maxsplit=1)[0].strip()
    return name if name == _NOWHERE else name.removeprefix("a/").removeprefix("b/")


def _names(path: str) -> set[str]:
    """Return a path and the ends of it that name more than the file, which others may be called like."""
    last = path.rsplit("/", 1)[-1]
    bare = path.rpartition(".")[0] if "." in last else path
    parts = bare.split("/")[-_DEEPEST:]
    ends = (parts[at:] for at in range(len(parts) - 1))
    return {path, *(sign.join(end) for end in ends for sign in "./")}
