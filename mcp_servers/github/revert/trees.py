"""What a revision holds: every path with its mode and content, as git's trees tell it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

REGULAR_MODES = frozenset({"100644", "100755"})
SYMLINK = "120000"
SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, a symbolic link or a submodule; `size` is in bytes and counts for nothing when compared."""

    mode: str
    sha: str
    size: int = field(default=0, compare=False)

    @property
    def is_regular(self) -> bool:
        """Return whether it is a plain file, executable or not."""
        return self.mode in REGULAR_MODES

    @property
    def kind(self) -> str:
        """Return what it is, in words."""
        if self.is_regular:
            return "file"
        return {SYMLINK: "symbolic link", SUBMODULE: "submodule"}.get(self.mode, self.mode)


Tree = Mapping[str, Entry]
"""Every path of a revision, folders only through what is in them."""

NO_TREE: Tree = {}
"""What there was before the first commit."""


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders that a path is in, the outermost first; the root is none."""
    parts = path.split("/")[:-1]
    return ("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def folders(paths: Iterable[str]) -> frozenset[str]:
    """Return every folder that some path is in."""
    return frozenset(folder for path in paths for folder in folders_of(path))


def blob_sha(content: bytes) -> str:
    """Return the name that git gives to a content."""
    head = f"blob {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
