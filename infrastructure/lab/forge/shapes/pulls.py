"""Pull requests."""

from dataclasses import dataclass

from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.shapes import issues
from infrastructure.lab.forge.shapes.common import Shape, account, node_id, time
from infrastructure.lab.forge.store import Document


@dataclass(frozen=True)
class Ends:
    """Between which commits a pull request lies."""

    base_sha: str
    head_sha: str


@dataclass(frozen=True)
class Extent:
    """How much a pull request is, and whether it can be merged (None while that is unknown)."""

    commits: int
    files: int
    added: int
    deleted: int
    comments: int
    is_mergeable: bool | None
    state: str
    """`clean`, `unstable` (a check is not green), `dirty` (a conflict) or `unknown`."""


def listed(forge: Forge, kept: Document, ends: Ends, whole_repository: Shape) -> Shape:
    """Return a pull request as it stands in lists."""
    number, pull = kept["number"], kept["pull"]
    url, issue_url = f"{forge.api}/pulls/{number}", f"{forge.api}/issues/{number}"
    html = f"{forge.html}/pull/{number}"
    merged_at_s, closed_at_s = pull["merged_at_s"], kept["closed_at_s"]
    urls = {
        "review_comments": f"{url}/comments",
        "review_comment": f"{forge.api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{forge.api}/statuses/{ends.head_sha}",
        "comments": f"{issue_url}/comments",
    }
    links = {"self": url, "html": html, "issue": issue_url, **urls}
    return {
        "id": 600_000 + number,
        "node_id": node_id("PullRequest", number),
        "url": url,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue_url,
        **{f"{name}_url": place for name, place in urls.items()},
        "_links": {name: {"href": place} for name, place in links.items()},
        "number": number,
        "state": kept["state"],
        "locked": False,
        "title": kept["title"],
        "body": kept["body"],
        "user": account(forge, kept["author"]),
        "labels": [issues.label(forge, name) for name in kept["labels"]],
        "milestone": None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "created_at": time(kept["at_s"]),
        "updated_at": time(closed_at_s or kept["at_s"]),
        "closed_at": None if closed_at_s is None else time(closed_at_s),
        "merged_at": None if merged_at_s is None else time(merged_at_s),
        "merge_commit_sha": pull["merge_sha"],
        "draft": pull["is_draft"],
        "author_association": "MEMBER",
        "auto_merge": None,
        "head": _end(forge, pull["head"], ends.head_sha, whole_repository),
        "base": _end(forge, pull["base"], ends.base_sha, whole_repository),
    }


def whole(
    forge: Forge, kept: Document, ends: Ends, extent: Extent, whole_repository: Shape
) -> Shape:
    """Return a pull request as it is told when it is asked for."""
    pull = kept["pull"]
    return {
        **listed(forge, kept, ends, whole_repository),
        "merged": pull["merged_at_s"] is not None,
        "mergeable": extent.is_mergeable,
        "rebaseable": False,
        "mergeable_state": extent.state,
        "merged_by": account(forge, pull["merged_by"]) if pull["merged_by"] else None,
        "comments": extent.comments,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": extent.commits,
        "additions": extent.added,
        "deletions": extent.deleted,
        "changed_files": extent.files,
    }


def _end(forge: Forge, name: str, sha: str, whole_repository: Shape) -> Shape:
    return {
        "label": f"{forge.owner}:{name}",
        "ref": name,
        "sha": sha,
        "user": account(forge, forge.owner),
        "repo": whole_repository,
    }
