"""What a revert does to each file, as lines: who approves it reads them, and no hash."""

import asyncio
import difflib
from collections.abc import Iterator, Mapping, Sequence

from mcp_servers.github import showing
from mcp_servers.github.repository import Repository
from mcp_servers.github.revert.inverse import Inverse
from mcp_servers.github.revert.trees import SUBMODULE, Entry, Tree

MAX_FILES = 10
MAX_BYTES = 200_000
"""Of one content: a larger one is named and not shown."""
MAX_CHARS = 6_000
"""Of all lines together."""

Edit = tuple[str, Entry | None, Entry | None]
"""A path, what stands there and what it becomes."""


async def of(reader: Repository, tree: Tree, found: Inverse) -> str:
    """Return a unified diff of a branch and what the revert makes of it, without secrets.

    What is not shown (further files, binary or long contents, lines beyond the bound) is said in its
    place. Each content that is not known yet is one question to GitHub. Comparing and masking take a
    thread, because a long file can take either a while.

    Raises:
        RefusedError, UnreachableError: A content cannot be read.
    """
    edits = sorted(found.edits.items())
    shown = [(path, tree.get(path), after) for path, after in edits[:MAX_FILES]]
    wanted = (entry for _, before, after in shown for entry in (before, after))
    names = frozenset(item.sha for item in wanted if item and _is_readable(item))
    contents = {**await reader.blobs(names - found.blobs.keys()), **found.blobs}
    return await asyncio.to_thread(_told, shown, contents, len(edits) - len(shown))


def _told(shown: Sequence[Edit], contents: Mapping[str, bytes], left_out: int) -> str:
    told = "\n".join(row for each in shown for row in _file(*each, contents))
    if left_out:
        told += f"\n({left_out} more files are not shown)"
    return showing.lines(told, MAX_CHARS)


def _file(
    path: str, before: Entry | None, after: Entry | None, contents: Mapping[str, bytes]
) -> Iterator[str]:
    texts = [_text(entry, contents) for entry in (before, after)]
    yield f"--- {path if before else '/dev/null'}"
    yield f"+++ {path if after else '/dev/null'}"
    if texts[0] is None or texts[1] is None:
        yield "(its content is not shown: it is no text, or a long one)"
        return
    rows = difflib.unified_diff(texts[0].splitlines(), texts[1].splitlines(), lineterm="")
    yield from list(rows)[2:]


def _text(entry: Entry | None, contents: Mapping[str, bytes]) -> str | None:
    """Return a content as text: empty where there is none, None where it is not to be shown."""
    if entry is None:
        return ""
    try:
        return contents[entry.sha].decode() if _is_readable(entry) else None
    except UnicodeDecodeError:
        return None


def _is_readable(entry: Entry) -> bool:
    return entry.mode != SUBMODULE and entry.size <= MAX_BYTES
