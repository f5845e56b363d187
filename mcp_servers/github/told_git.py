"""What GitHub tells of git itself: refs, commits as git has them, trees and contents."""

from mcp_servers.github.told import Sha, Signature, Told


class GitObject(Told):
    """What a ref leads to."""

    sha: str
    type: str = ""


class Ref(Told):
    """A branch or tag."""

    ref: str
    object: GitObject


class GitCommit(Told):
    """A commit as git has it."""

    sha: str
    message: str
    tree: Sha
    parents: tuple[Sha, ...] = ()
    author: Signature
    committer: Signature


class TreeEntry(Told):
    """One path of a tree."""

    path: str
    mode: str
    type: str
    sha: str
    size: int | None = None


class GitTree(Told):
    """A tree with everything under it, unless it is too large to be told whole."""

    sha: str
    tree: tuple[TreeEntry, ...]
    truncated: bool = False


class Blob(Told):
    """A content."""

    sha: str
    content: str
    encoding: str
    size: int = 0
