"""create_revert_pr: the inverse of one change as a branch and a pull request, made at most once.

Contents, trees and commits are put into the repository where nobody sees them. The branch is what
makes them visible, and GitHub makes a branch of one name only once: whoever comes second finds the
commit there, with the grant that it was made for in its message.
"""

import base64
from dataclasses import dataclass
from functools import partial

from typing_extensions import override

from mcp_servers.common import canonical
from mcp_servers.common.envelope import RefusedError, UnreachableError
from mcp_servers.common.figures import Figure
from mcp_servers.common.grants import Grant
from mcp_servers.common.limits import first
from mcp_servers.github import (
    brought,
    changes,
    checks,
    conflicts,
    mainline,
    merged_texts,
    revert_diff,
    revert_words,
    told,
    trailers,
)
from mcp_servers.github.changes import Change
from mcp_servers.github.repository import Repository
from mcp_servers.github.revert import inverse, patches
from mcp_servers.github.revert.inverse import Inverse
from mcp_servers.github.revert.trees import NO_TREE, SUBMODULE, Tree
from mcp_servers.github.told import Pull
from mcp_servers.github.told_git import GitCommit
from mcp_servers.github.writing import Deed, Doing, Done, Sight

MAX_FILES = 500
"""The most files that one revert may touch."""

MAX_MERGES = 50
"""The most texts that are merged for one revert; each is three contents to read."""

MAX_CHANGES_TOLD = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What a revert was asked for; `sha` or `pull_request` names the change."""

    sha: str
    pull_request: int
    branch: str
    base: str
    reason: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A revert as it could be made at this moment."""

    uid: str
    base: str
    change: Change
    head: GitCommit
    tree: Tree
    inverse: Inverse

    @property
    def patch_sha256(self) -> str:
        """Return the hash of what it does to the branch."""
        return patches.sha256(self.tree, self.inverse.edits)

    def state(self, branch: str) -> dict[str, object]:
        """Return what the approver saw; a base that moved elsewhere is the same state."""
        return {
            "repository": self.uid,
            "base": self.base,
            "branch": branch,
            "change": [self.change.tip.sha, self.change.parent],
            "found": patches.found(self.tree, self.inverse.edits),
        }


@dataclass(frozen=True, slots=True)
class RevertDeed(Deed):
    """The pull request that takes one change back."""

    asked: Asked
    reader: Repository
    writer: Repository

    @override
    async def look_back(self, grant: Grant) -> Done | Doing | None:
        """Find the branch that this grant made; with no pull request yet, that is what is left."""
        for pull in await self.reader.pulls_of(self.asked.branch):
            commit = await self.reader.git_commit(pull.head.sha)
            if trailers.grant_of(commit.message) == grant.jti:
                return _done(pull)
        sha = await self.reader.branch_sha(self.asked.branch)
        if sha is None:
            return None
        commit = await self.reader.git_commit(sha)
        if trailers.grant_of(commit.message) != grant.jti:
            raise revert_words.taken(self.asked.branch)
        base = self.asked.base or (await self.reader.about()).default_branch
        await self._require_patch(sha, await self.reader.head(base), grant.result_sha256)

        async def rest(_grant: Grant) -> Done:
            return _done(await self._propose(changes.subject_of(commit.message), commit.message))

        return rest

    @override
    async def look(self) -> Sight:
        merged = await self._merged()
        if merged is not None:
            return merged
        prepared = await self._prepare()
        offers = await self._offers(prepared)
        is_there = await self._is_there(prepared)
        told_changes, left_out = first(
            patches.in_words(prepared.tree, prepared.inverse.edits), MAX_CHANGES_TOLD, "files"
        )
        first_of_all = (
            f"branch {self.asked.branch} and a pull request into {prepared.base} take back "
            f"{prepared.change.short} ({prepared.change.subject})"
        )
        return Sight(
            uid=prepared.uid,
            state_sha256=canonical.sha256(prepared.state(self.asked.branch)),
            result_sha256=prepared.patch_sha256,
            changes=() if is_there else (first_of_all, *told_changes, *left_out),
            do=partial(self._do, prepared),
            warnings=(
                *((revert_words.is_there_already(self.asked.branch),) if is_there else ()),
                *((revert_words.UNCHECKED,) if offers["without_checks"] else ()),
            ),
            offers=offers,
            show=None if is_there else partial(self._show, prepared),
            figures=(Figure(name="files", before=0, after=len(prepared.inverse.edits)),),
        )

    async def _merged(self) -> Sight | None:
        """Return what there is when the branch was made here and is merged: nothing is left to do."""
        for pull in await self.reader.pulls_of(self.asked.branch):
            head, base = pull.head.sha, pull.base.sha
            if not pull.merged_at or not await brought.of(self.reader, head, base):
                continue
            state = canonical.sha256({"branch": self.asked.branch, "merged": pull.head.sha})
            return Sight(
                uid=str((await self.reader.about()).id),
                state_sha256=state,
                result_sha256=state,
                changes=(),
                do=_nothing_left,
                warnings=(f"pull request #{pull.number} has taken it back",),
            )
        return None

    async def _offers(self, prepared: Prepared) -> dict[str, str]:
        """Return what the merge of this very revert is asked for with."""
        seen = (prepared.head.sha, prepared.change.tip.sha)
        return {
            "patch_sha256": prepared.patch_sha256,
            "without_checks": await checks.exception(self.reader, seen),
        }

    async def _show(self, prepared: Prepared) -> str:
        return await revert_diff.of(self.reader, prepared.tree, prepared.inverse)

    async def _do(self, prepared: Prepared, grant: Grant) -> Done:
        subject, message = revert_words.message(prepared.change, self.asked.reason)
        message = trailers.signed(message, grant.jti)
        body = {
            "ref": f"refs/heads/{self.asked.branch}",
            "sha": await self._commit(prepared, message),
        }
        try:
            await self.writer.api.post(self.writer.path("git", "refs"), body)
        except RefusedError:
            before = await self.look_back(grant)
            if before is None:
                raise
            return before if isinstance(before, Done) else await before(grant)
        return _done(await self._propose(subject, message))

    async def _prepare(self) -> Prepared:
        about = await self.reader.about()
        if about.archived:
            raise RefusedError("forbidden", f"{about.full_name} is archived")
        base = self.asked.base or about.default_branch
        head_sha = await self.reader.head(base)
        change = await self._change()
        await changes.require_on(self.reader, change, base, head_sha)
        await mainline.require(self.reader, change, base)
        head = await self.reader.git_commit(head_sha)
        changed = await self.reader.tree(change.tip.tree.sha)
        tree = await self.reader.tree(head.tree.sha)
        before = await self._tree_of(change.parent)
        if changed == before:
            raise revert_words.changes_nothing(change)
        found = await self._inverse(changed, before, tree)
        if found.conflicts:
            raise await conflicts.error(self.reader, found.conflicts, head_sha)
        if not found.edits:
            reason = f"{base} holds nothing of {change.short} any more: it was taken back already"
            raise RefusedError("nothing_to_revert", reason)
        return Prepared(str(about.id), base, change, head, tree, found)

    async def _change(self) -> Change:
        if self.asked.pull_request:
            return await changes.of_pull(self.reader, self.asked.pull_request)
        return await changes.of_commit(self.reader, self.asked.sha)

    async def _tree_of(self, sha: str | None) -> Tree:
        if sha is None:
            return NO_TREE
        return await self.reader.tree((await self.reader.git_commit(sha)).tree.sha)

    async def _inverse(self, changed: Tree, before: Tree, head: Tree) -> Inverse:
        drafted = inverse.draft(changed, before, head)
        edited, merged = len(drafted.edits), len(drafted.merges)
        if edited + merged > MAX_FILES or merged > MAX_MERGES:
            files = f"{edited + merged} files, {merged} merged"
            raise RefusedError("too_large", f"the revert is too large to be made at once: {files}")
        return await merged_texts.settled(self.reader, drafted, head)

    async def _is_there(self, prepared: Prepared) -> bool:
        """Return whether the branch is there with this very revert.

        Raises:
            RefusedError: `branch_taken`: it holds something else.
        """
        sha = await self.reader.branch_sha(self.asked.branch)
        if sha is None:
            return False
        await self._require_patch(sha, prepared.head.sha, prepared.patch_sha256)
        return True

    async def _require_patch(self, sha: str, base_sha: str, patch_sha256: str) -> None:
        found = await brought.of(self.reader, sha, base_sha)
        if found is None or found.patch_sha256 != patch_sha256:
            raise revert_words.taken(self.asked.branch)

    async def _commit(self, prepared: Prepared, message: str) -> str:
        """Put the revert's commit into the repository, where nobody sees it yet."""
        api, path = self.writer.api, self.writer.path
        for sha, content in prepared.inverse.blobs.items():
            text = base64.b64encode(content).decode()
            body = {"content": text, "encoding": "base64"}
            made = told.read(told.Sha, await api.post(path("git", "blobs"), body))
            if made.sha != sha:
                raise UnreachableError("GitHub named a content otherwise than git does")
        tree = {"base_tree": prepared.head.tree.sha, "tree": _entries(prepared.inverse)}
        made = told.read(told.Sha, await api.post(path("git", "trees"), tree))
        wanted = patches.applied(prepared.tree, prepared.inverse.edits)
        if await self.writer.tree(made.sha) != wanted:
            raise RefusedError("result_changed", "GitHub made another tree than the approved one")
        commit = {"message": message, "tree": made.sha, "parents": [prepared.head.sha]}
        return told.read(told.Sha, await api.post(path("git", "commits"), commit)).sha

    async def _propose(self, subject: str, message: str) -> Pull:
        """Open the pull request, or find the one that another call with this grant opened."""
        base = self.asked.base or (await self.reader.about()).default_branch
        body = {"title": subject, "body": message, "head": self.asked.branch, "base": base}
        try:
            made = await self.writer.api.post(self.writer.path("pulls"), body)
        except RefusedError:
            for pull in await self.reader.pulls_of(self.asked.branch):
                if (pull.state, pull.base.ref) == ("open", base):
                    return pull
            raise
        return told.read(Pull, made)


def _entries(found: Inverse) -> list[dict[str, object]]:
    return [
        {
            "path": path,
            "mode": entry.mode if entry else "100644",
            "type": "commit" if entry and entry.mode == SUBMODULE else "blob",
            "sha": entry.sha if entry else None,
        }
        for path, entry in sorted(found.edits.items())
    ]


def _done(pull: Pull) -> Done:
    return Done(
        detail=f"opened pull request #{pull.number} from {pull.head.ref} into {pull.base.ref}",
        url=pull.html_url,
        at=pull.created_at.isoformat().replace("+00:00", "Z"),
    )


async def _nothing_left(_grant: Grant) -> Done:
    raise RefusedError("nothing_to_revert", "it was taken back and merged already")
