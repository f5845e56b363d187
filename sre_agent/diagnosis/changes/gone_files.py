"""What programs call a file that a diff takes away, or calls otherwise: by its path, or as a module."""

from functools import lru_cache

from sre_agent.diagnosis.changes import headings
from sre_agent.diagnosis.changes.patch import READ_KEPT

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
    parts = (
        path.rpartition(".")[0].split("/") if "." in path.rsplit("/", 1)[-1] else path.split("/")
    )
    inner = (parts[at:] for at in range(len(parts) - 1))
    return {path, path.rsplit("/", 1)[-1], *(sign.join(each) for each in inner for sign in "./")}
