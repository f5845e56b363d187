"""What a revert does to each file, as lines: who approves it reads them, and no hash."""

import difflib
from collections.abc import Iterator

from mcp_servers.github import showing
from mcp_servers.github.repository import Repository
from mcp_servers.github.revert.inverse import Inverse
from mcp_servers.github.revert.trees import SUBMODULE, Entry, Tree

MAX_FILES = 10
MAX_BYTES = 200_000
"""Of one content: a larger one is named and not shown."""
MAX_CHARS = 6_000
"""Of all lines together."""

_MISSING = ""


async def of(reader: Repository, tree: Tree, found: Inverse) -> str:
    """Return a unified diff of a branch and what the revert makes of it, without secrets.

    What is not shown (further files, binary or long contents, lines beyond the bound) is said in its
    place. Each content that is not known yet is one question to GitHub.

    Raises:
        RefusedError, UnreachableError: A content cannot be read.
    """
    edits = sorted(found.edits.items())
    shown = [(path, tree.get(path), after) for path, after in edits[:MAX_FILES]]
    wanted = (entry for _, before, after in shown for entry in (before, after))
    names = frozenset(item.sha for item in wanted if item and _is_readable(item))
    contents = {**await reader.blobs(names - found.blobs.keys()), **found.blobs}
    told = "\n".join(row for each in shown for row in _file(*each, contents))
    if len(edits) > MAX_FILES:
        told += f"\n({len(edits) - MAX_FILES} more files are not shown)"
    return showing.lines(told, MAX_CHARS)


def _file(
    path: str, before: Entry | None, after: Entry | None, contents: dict[str, bytes]
) -> Iterator[str]:
    texts = [_text(entry, contents) for entry in (before, after)]
    yield f"--- {path if before else '/dev/null'}"
    yield f"+++ {path if after else '/dev/null'}"
    if texts[0] is None or texts[1] is None:
        yield "(its content is not shown: it is no text, or a long one)"
        return
    rows = difflib.unified_diff(texts[0].splitlines(), texts[1].splitlines(), lineterm="")
    yield from list(rows)[2:]


def _text(entry: Entry | None, contents: dict[str, bytes]) -> str | None:
    """Return a content as text: empty where there is none, None where it is not to be shown."""
    if entry is None:
        return _MISSING
    try:
        return contents[entry.sha].decode() if _is_readable(entry) else None
    except UnicodeDecodeError:
        return None


def _is_readable(entry: Entry) -> bool:
    return entry.mode != SUBMODULE and entry.size <= MAX_BYTES
