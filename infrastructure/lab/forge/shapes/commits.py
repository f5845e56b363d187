"""Commits, comparisons and the files they change."""

import urllib.parse
from collections.abc import Sequence

from infrastructure.lab.forge.commits import Commit, FileChange, Signature
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.shapes.common import Shape, account_of_email, node_id, time

UNVERIFIED = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def signature(who: Signature) -> Shape:
    """Return who wrote something, and when."""
    return {"name": who.name, "email": who.email, "date": time(who.at_s)}


def commit(forge: Forge, found: Commit) -> Shape:
    """Return a commit as it stands in lists."""
    url, git_url = f"{forge.api}/commits/{found.sha}", f"{forge.api}/git/commits/{found.sha}"
    return {
        "sha": found.sha,
        "node_id": node_id("Commit", found.sha),
        "commit": {
            "author": signature(found.author),
            "committer": signature(found.committer),
            "message": found.message,
            "tree": {"sha": found.tree, "url": f"{forge.api}/git/trees/{found.tree}"},
            "url": git_url,
            "comment_count": 0,
            "verification": dict(UNVERIFIED),
        },
        "url": url,
        "html_url": f"{forge.html}/commit/{found.sha}",
        "comments_url": f"{url}/comments",
        "author": account_of_email(forge, found.author.email),
        "committer": account_of_email(forge, found.committer.email),
        "parents": [_parent(forge, sha, "commits") for sha in found.parents],
    }


def whole_commit(
    forge: Forge, found: Commit, changes: Sequence[FileChange], shown: Sequence[FileChange]
) -> Shape:
    """Return a commit with its size and the page of its files that is shown."""
    added = sum(change.added for change in changes)
    deleted = sum(change.deleted for change in changes)
    return {
        **commit(forge, found),
        "stats": {"total": added + deleted, "additions": added, "deletions": deleted},
        "files": [file(forge, change, found.sha) for change in shown],
    }


def git_commit(forge: Forge, found: Commit) -> Shape:
    """Return a commit as an object of git."""
    return {
        "sha": found.sha,
        "node_id": node_id("Commit", found.sha),
        "url": f"{forge.api}/git/commits/{found.sha}",
        "html_url": f"{forge.html}/commit/{found.sha}",
        "author": signature(found.author),
        "committer": signature(found.committer),
        "tree": {"sha": found.tree, "url": f"{forge.api}/git/trees/{found.tree}"},
        "message": found.message,
        "parents": [_parent(forge, sha, "git/commits") for sha in found.parents],
        "verification": dict(UNVERIFIED),
    }


def file(forge: Forge, change: FileChange, sha: str) -> Shape:
    """Return what happens to a file, up to a commit."""
    path = urllib.parse.quote(change.path)
    told: Shape = {
        "sha": change.blob,
        "filename": change.path,
        "status": change.status,
        "additions": change.added,
        "deletions": change.deleted,
        "changes": change.added + change.deleted,
        "blob_url": f"{forge.html}/blob/{sha}/{path}",
        "raw_url": f"{forge.html}/raw/{sha}/{path}",
        "contents_url": f"{forge.api}/contents/{path}?ref={sha}",
    }
    if change.patch is not None:
        told["patch"] = change.patch
    if change.previous is not None:
        told["previous_filename"] = change.previous
    return told


def _parent(forge: Forge, sha: str, where: str) -> Shape:
    return {
        "sha": sha,
        "url": f"{forge.api}/{where}/{sha}",
        "html_url": f"{forge.html}/commit/{sha}",
    }
