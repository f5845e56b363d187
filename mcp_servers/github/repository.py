"""One repository over the API: what of it both reading and writing tools ask."""

import asyncio
import base64
import binascii
import re
from dataclasses import dataclass

from mcp_servers.common.envelope import RefusedError, UnreachableError
from mcp_servers.github import told
from mcp_servers.github.api import Api, segment
from mcp_servers.github.revert.trees import Entry, Tree, blob_sha
from mcp_servers.github.told import Commit, Pull
from mcp_servers.github.told_git import Blob, GitCommit, GitTree, Ref

_SHA = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"[A-Za-z0-9_@+=#,()!$&'-][A-Za-z0-9_./@+=#,()!$&'-]{0,249}")
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and halves of characters, which cannot be sent at all."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that the server may look at."""

    api: Api
    owner: str
    name: str

    @property
    def full_name(self) -> str:
        """Return the owner and the name."""
        return f"{self.owner}/{self.name}"

    def path(self, *parts: object) -> str:
        """Return a path under the repository's; each part is one of the path, whatever it holds.

        Raises:
            RefusedError: `invalid_arguments`: a part would lead elsewhere.
        """
        names = (self.owner, self.name, *map(str, parts))
        if not {"", ".", ".."}.isdisjoint(names):
            raise RefusedError("invalid_arguments", "a part of a path is empty or made of dots")
        return "/".join(("/repos", *map(segment, names)))

    async def about(self) -> told.Repository:
        """Return what the repository says of itself."""
        return told.read(told.Repository, await self.api.get(self.path()))

    async def branch_sha(self, branch: str) -> str | None:
        """Return the commit at a branch's head, or None when there is no such branch."""
        return await self.ref_sha(f"heads/{branch}")

    async def head(self, branch: str) -> str:
        """Return the commit at the head of a branch that has to be there.

        Raises:
            RefusedError: `not_found`.
        """
        sha = await self.branch_sha(branch)
        if sha is None:
            raise RefusedError("not_found", f"there is no branch {branch}")
        return sha

    async def ref_sha(self, ref: str) -> str | None:
        """Return the commit that a ref leads to (`heads/main`), or None when there is no such ref."""
        path = self.path("git", "ref", *ref.split("/"))
        try:
            found = told.read(Ref, await self.api.get(path))
        except RefusedError as err:
            if err.code == "not_found":
                return None
            raise
        return found.object.sha if found.ref == f"refs/{ref}" else None

    async def git_commit(self, sha: str) -> GitCommit:
        """Return a commit as git has it."""
        return told.read(GitCommit, await self.api.get(self.path("git", "commits", sha)))

    async def commit(self, ref: str) -> Commit:
        """Return the commit at a revision."""
        found = await self.api.get(self.path("commits", require_ref(ref)))
        return told.read(Commit, found)

    async def pull(self, number: int) -> Pull:
        """Return a pull request."""
        return told.read(Pull, await self.api.get(self.path("pulls", number)))

    async def pulls_of(self, branch: str) -> tuple[Pull, ...]:
        """Return the pull requests from a branch of this repository, the newest first."""
        query = {"state": "all", "head": f"{self.owner}:{branch}"}
        found = await self.api.page(self.path("pulls"), query, 30)
        pulls = told.read_all(Pull, found.rows)
        # GitHub ignores the owner where it does not know the branch, and then tells all of them.
        return tuple(each for each in pulls if each.head.ref == branch and self._is_own(each))

    async def tree(self, sha: str) -> Tree:
        """Return every path of a tree or commit.

        Raises:
            RefusedError: `too_large`: GitHub does not tell it whole.
        """
        query = {"recursive": 1}
        found = told.read(GitTree, await self.api.get(self.path("git", "trees", sha), query))
        if found.truncated:
            raise RefusedError(
                "too_large", "the repository has more files than GitHub tells at once"
            )
        return {
            each.path: Entry(each.mode, each.sha, each.size or 0)
            for each in found.tree
            if each.type != "tree"
        }

    async def blob(self, sha: str) -> bytes:
        """Return a content by its name."""
        found = told.read(Blob, await self.api.get(self.path("git", "blobs", sha)))
        content = decoded(found.content, found.encoding)
        if blob_sha(content) != sha:
            raise UnreachableError("GitHub's answer holds another content than the one asked for")
        return content

    async def blobs(self, shas: frozenset[str]) -> dict[str, bytes]:
        """Return contents by their names."""
        names = sorted(shas)
        contents = await asyncio.gather(*map(self.blob, names))
        return dict(zip(names, contents, strict=True))

    def _is_own(self, pull: Pull) -> bool:
        told_name = pull.head.repo.full_name if pull.head.repo else ""
        return told_name.lower() == self.full_name.lower()


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories that the server may look at, and no other."""

    api: Api
    allowed: tuple[str, ...]

    def of(self, full_name: str) -> Repository:
        """Return a repository by its full name; the first there is when none is named.

        Raises:
            RefusedError: `forbidden`: the server does not look at it.
        """
        wanted = (full_name or self.allowed[0]).lower()
        known = next((each for each in self.allowed if each.lower() == wanted), None)
        if known is None:
            reason = f"this server looks at {', '.join(self.allowed)} only: GITHUB_REPOSITORIES"
            raise RefusedError("forbidden", reason)
        owner, _, name = known.partition("/")
        return Repository(self.api, owner, name)


def require_sha(sha: str) -> str:
    """Return a commit's whole name.

    Raises:
        RefusedError: `invalid_arguments`.
    """
    if not _SHA.fullmatch(sha):
        raise RefusedError("invalid_arguments", f"{sha[:60]!r} is not the whole SHA of a commit")
    return sha


def require_ref(ref: str) -> str:
    """Return the name of a branch, tag or commit that can stand in a path.

    Raises:
        RefusedError: `invalid_arguments`.
    """
    parts = ref.split("/")
    if not _REF.fullmatch(ref) or ".." in ref or not all(parts) or "." in parts:
        raise RefusedError("invalid_arguments", f"{ref[:100]!r} names no branch, tag or commit")
    return ref


def require_path(path: str) -> str:
    """Return a path inside the repository.

    Raises:
        RefusedError: `invalid_arguments`: it leads elsewhere, or holds what no readable path does.
    """
    cleaned = path.strip("/")
    if _UNREADABLE.search(cleaned):
        raise RefusedError("invalid_arguments", f"{path[:100]!r} holds control characters")
    if not cleaned or len(cleaned) > 1000 or {"", ".", ".."} & set(cleaned.split("/")):
        raise RefusedError("invalid_arguments", f"{path[:100]!r} is no path inside the repository")
    return cleaned


def decoded(content: str, encoding: str) -> bytes:
    """Return the bytes of a content.

    Raises:
        UnreachableError: It is not encoded as it says.
    """
    if encoding != "base64":
        return content.encode()
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError) as err:
        raise UnreachableError("GitHub's answer holds a content that cannot be read") from err
