"""The tools that write. A repository is named as targets of grants are: its owner is the namespace."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mcp_servers.common.envelope import Answer, RefusedError
from mcp_servers.common.text import printable, without_secrets
from mcp_servers.common.toolset import Call, Tool
from mcp_servers.github.merging import AskedMerge, MergeDeed, Method
from mcp_servers.github.remarks import CommentDeed, IssueDeed
from mcp_servers.github.repository import require_ref, require_sha
from mcp_servers.github.reruns import RerunDeed
from mcp_servers.github.reverting import Asked, RevertDeed
from mcp_servers.github.writing import Hand

DEADLINE_S = 60.0
"""A revert asks GitHub some twenty times, one after the other."""

BRANCH_PREFIX = "sre-agent/"
"""Where all branches are that are made here, so that no one else's is ever touched."""

_BRANCH = re.compile(r"sre-agent/[A-Za-z0-9][A-Za-z0-9_-]{0,120}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

DryRun = Annotated[bool, Field(strict=True)]
Number = Annotated[int, Field(strict=True, ge=1, le=2**53)]
PullNumber = Annotated[int, Field(strict=True, ge=0, le=2**31)]
Text = Annotated[str, Field(max_length=8000)]
Title = Annotated[str, Field(min_length=1, max_length=250)]


@dataclass(frozen=True, slots=True)
class Repairs:
    """Writes to repositories, each time with a grant; `dry_run` needs none and changes nothing."""

    hand: Hand

    async def create_revert_pr(  # noqa: PLR0913, PLR0917 - the tool's arguments
        self,
        call: Call,
        namespace: str,
        name: str,
        branch: str,
        sha: str = "",
        pull_request: PullNumber = 0,
        base: str = "",
        reason: Text = "",
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Take one commit or merged pull request back on a new branch, keeping all later work, and open a pull request.

        `namespace` and `name` are the repository's owner and name. Name the change by its whole `sha`
        or by its `pull_request`. `branch` (sre-agent/...) is made. The dry run's result_sha256 is the
        patch_sha256 that merge_pull_request asks for. A conflict is refused and never forced.
        """
        if bool(sha) == bool(pull_request):
            raise RefusedError("invalid_arguments", "name the change by sha or by pull_request")
        asked = Asked(
            sha=require_sha(sha) if sha else "",
            pull_request=pull_request,
            branch=_own_branch(branch),
            base=require_ref(base) if base else "",
            reason=_clean(reason),
        )
        reader, writer = self.hand.both(namespace, name)
        return await self.hand.perform(call, RevertDeed(asked, reader, writer), dry_run=dry_run)

    async def merge_pull_request(  # noqa: PLR0913, PLR0917 - the tool's arguments
        self,
        call: Call,
        namespace: str,
        name: str,
        branch: str,
        patch_sha256: str,
        base: str = "",
        method: Method = "merge",
        without_checks: Text = "",
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Merge the pull request from a branch made here, if it holds the approved patch only and its checks are green.

        `without_checks` names, with commas between, the checks that need not be green; * where a
        repository has none at all.
        """
        if not _SHA256.fullmatch(patch_sha256):
            reason = "patch_sha256 is the result_sha256 of the dry run of create_revert_pr"
            raise RefusedError("invalid_arguments", reason)
        asked = AskedMerge(
            branch=_own_branch(branch),
            patch_sha256=patch_sha256,
            base=require_ref(base) if base else "",
            method=method,
            without_checks=_names(without_checks),
        )
        reader, writer = self.hand.both(namespace, name)
        return await self.hand.perform(call, MergeDeed(asked, reader, writer), dry_run=dry_run)

    async def comment_on_pull_request(
        self,
        call: Call,
        namespace: str,
        name: str,
        number: Number,
        body: Text,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Comment on a pull request; secrets in the text are blotted out."""
        reader, writer = self.hand.both(namespace, name)
        deed = CommentDeed(number, _required(body), reader, writer)
        return await self.hand.perform(call, deed, dry_run=dry_run)

    async def create_issue(  # noqa: PLR0913, PLR0917 - the tool's arguments
        self,
        call: Call,
        namespace: str,
        name: str,
        title: Title,
        body: Text,
        labels: Text = "",
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Open an issue; labels stand with commas between. Secrets in the text are blotted out."""
        reader, writer = self.hand.both(namespace, name)
        clean_title = printable(without_secrets(title)).strip()
        deed = IssueDeed(clean_title, _required(body), _names(labels), reader, writer)
        return await self.hand.perform(call, deed, dry_run=dry_run)

    async def rerun_workflow(
        self,
        call: Call,
        namespace: str,
        name: str,
        run_id: Number,
        dry_run: DryRun = False,  # noqa: FBT002 - the tool's arguments
    ) -> Answer:
        """Run a workflow run that is over once more."""
        reader, writer = self.hand.both(namespace, name)
        return await self.hand.perform(call, RerunDeed(run_id, reader, writer), dry_run=dry_run)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a writing session."""
        functions = (
            self.create_revert_pr,
            self.merge_pull_request,
            self.comment_on_pull_request,
            self.create_issue,
            self.rerun_workflow,
        )
        return tuple(Tool(run, writes=True, deadline_s=DEADLINE_S) for run in functions)


def _own_branch(branch: str) -> str:
    if not _BRANCH.fullmatch(branch):
        reason = (
            f"branch begins with {BRANCH_PREFIX} and goes on with letters, digits, - and _ only"
        )
        raise RefusedError("invalid_arguments", reason)
    return branch


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _clean(text: str) -> str:
    """Return a text of several lines as people may see it."""
    return "\n".join(printable(line) for line in without_secrets(text).split("\n")).strip()


def _required(text: str) -> str:
    cleaned = _clean(text)
    if not cleaned:
        raise RefusedError("invalid_arguments", "body is empty")
    return cleaned
