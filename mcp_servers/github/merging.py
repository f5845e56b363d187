"""merge_pull_request: what a revert's branch brings is merged, and nothing else that may stand there.

The grant is bound to the patch: to every path, what was there when it was approved, and what comes
instead. So it can be given before the pull request exists, and holds for no other content of it.
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from typing_extensions import override

from mcp_servers.common import canonical
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.grants import Grant
from mcp_servers.github import awaited_checks, brought, checks, told, trailers
from mcp_servers.github.brought import Brought
from mcp_servers.github.repository import Repository
from mcp_servers.github.revert import patches
from mcp_servers.github.told import Pull
from mcp_servers.github.writing import Deed, Doing, Done, Sight

Method = Literal["merge", "squash"]
"""How it is merged; a rebase has no message of its own that could bear the mark."""


@dataclass(frozen=True, slots=True)
class AskedMerge:
    """What is to be merged: a branch, and the hash of all that it may bring."""

    branch: str
    patch_sha256: str
    base: str
    method: Method
    without_checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergeDeed(Deed):
    """The merge of the pull request from one branch."""

    asked: AskedMerge
    reader: Repository
    writer: Repository

    @override
    async def look_back(self, grant: Grant) -> Done | Doing | None:
        for pull in await self.reader.pulls_of(self.asked.branch):
            if pull.merged_at is None or pull.merge_commit_sha is None:
                continue
            commit = await self.reader.git_commit(pull.merge_commit_sha)
            if trailers.grant_of(commit.message) == grant.jti:
                return _done(pull, commit.sha)
        return None

    @override
    async def look(self) -> Sight:
        """Return what there is; a pull request that is there already has to be the approved one."""
        about = await self.reader.about()
        base = self.asked.base or about.default_branch
        pulls = await self.reader.pulls_of(self.asked.branch)
        merged = next((each for each in pulls if each.merged_at), None)
        if merged is not None:
            await self._approved(merged, merged.base.sha)
        pull = next((each for each in pulls if each.state == "open"), None)
        if pull is not None:
            await self._require_approved(pull, base)
        state = {
            "repository": str(about.id),
            "base": base,
            "branch": self.asked.branch,
            "patch": self.asked.patch_sha256,
        }
        return Sight(
            uid=str(about.id),
            state_sha256=canonical.sha256(state),
            result_sha256=canonical.sha256({**state, "method": self.asked.method}),
            changes=() if merged else (self._change(pull, base),),
            do=partial(self._do, pull),
            warnings=("it was merged already",) if merged else await self._warnings(pull),
        )

    def _change(self, pull: Pull | None, base: str) -> str:
        told = f"what {self.asked.branch} brings is merged into {base}"
        # A plan opens its pull request with the action before this one.
        return (
            told
            if pull
            else f"{told}, as soon as its pull request is open and its checks are green"
        )

    async def _warnings(self, pull: Pull | None) -> tuple[str, ...]:
        if pull is None:
            return ()
        found = await checks.of(self.reader, pull.head.sha)
        return tuple(checks.warnings(found, self.asked.without_checks))

    async def _do(self, pull: Pull | None, grant: Grant) -> Done:
        if pull is None:
            reason = f"there is no open pull request from {self.asked.branch}"
            raise RefusedError("not_found", reason)
        found = await checks.of(self.reader, pull.head.sha)
        checks.require_green(found, self.asked.without_checks)
        await awaited_checks.require_all(self.reader, pull, found, self.asked.without_checks)
        body = {
            "sha": pull.head.sha,
            "merge_method": self.asked.method,
            "commit_title": f"{pull.title} (#{pull.number})",
            "commit_message": trailers.signed(f"Merged from {self.asked.branch}.", grant.jti),
        }
        try:
            merged = await self.writer.api.put(
                self.writer.path("pulls", pull.number, "merge"), body
            )
        except RefusedError as err:
            # A head that moved under our eyes is told as a conflict.
            raise (_moved(pull) if err.code == "conflict" else err) from err
        return _done(pull, told.read(told.Sha, merged).sha)

    async def _require_approved(self, pull: Pull, base: str) -> None:
        """Refuse a branch that brings anything but the approved patch, or would bring it elsewhere.

        Raises:
            RefusedError: `head_moved`, `state_changed` or `not_mergeable`.
        """
        if pull.base.ref != base:
            raise RefusedError("state_changed", f"the pull request leads into {pull.base.ref} now")
        if pull.draft:
            raise RefusedError("not_mergeable", f"pull request #{pull.number} is a draft")
        head = await self.reader.head(base)
        found = await self._approved(pull, head)
        live = await self.reader.tree((await self.reader.git_commit(head)).tree.sha)
        if patches.found(live, found.edits) != patches.found(found.before, found.edits):
            reason = f"{base} changed since the approval in files that the revert touches"
            raise RefusedError("state_changed", reason)

    async def _approved(self, pull: Pull, base_sha: str) -> Brought:
        """Return what a pull request brings to a commit of its base, which is the approved patch.

        Raises:
            RefusedError: `head_moved`: it holds something else.
        """
        found = await brought.of(self.reader, pull.head.sha, base_sha)
        if found is None or found.patch_sha256 != self.asked.patch_sha256:
            raise _moved(pull)
        return found


def _moved(pull: Pull) -> RefusedError:
    reason = f"pull request #{pull.number} holds something else than what was approved"
    return RefusedError("head_moved", reason)


def _done(pull: Pull, sha: str) -> Done:
    detail = f"merged pull request #{pull.number} into {pull.base.ref} as {sha[:12]}"
    return Done(detail=detail, url=pull.html_url)
