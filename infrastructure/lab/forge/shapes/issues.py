"""Issues and their comments."""

from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.shapes.common import Shape, account, node_id, time
from infrastructure.lab.forge.store import Document

_REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")


def issue(forge: Forge, kept: Document, comments: int) -> Shape:
    """Return an issue; one that is a pull request says so."""
    number = kept["number"]
    url, kind = f"{forge.api}/issues/{number}", "pull" if "pull" in kept else "issues"
    closed_at = None if kept["closed_at_s"] is None else time(kept["closed_at_s"])
    told: Shape = {
        "id": 500_000 + number,
        "node_id": node_id("Issue", number),
        "url": url,
        "repository_url": forge.api,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{forge.html}/{kind}/{number}",
        "number": number,
        "state": kept["state"],
        "state_reason": None,
        "title": kept["title"],
        "body": kept["body"],
        "user": account(forge, kept["author"]),
        "labels": [label(forge, name) for name in kept["labels"]],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "comments": comments,
        "closed_at": closed_at,
        "created_at": time(kept["at_s"]),
        "updated_at": time(kept["closed_at_s"] or kept["at_s"]),
        "author_association": "MEMBER",
        "reactions": _reactions(url),
    }
    if "pull" in kept:
        html, merged_at_s = f"{forge.html}/pull/{number}", kept["pull"]["merged_at_s"]
        told["pull_request"] = {
            "url": f"{forge.api}/pulls/{number}",
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "merged_at": None if merged_at_s is None else time(merged_at_s),
        }
    return told


def label(forge: Forge, name: str) -> Shape:
    """Return a label."""
    return {
        "id": 700_000 + sum(name.encode()),
        "node_id": node_id("Label", name),
        "url": f"{forge.api}/labels/{name}",
        "name": name,
        "color": "ededed",
        "default": False,
        "description": None,
    }


def comment(forge: Forge, kept: Document) -> Shape:
    """Return a comment on an issue or a pull request."""
    url = f"{forge.api}/issues/comments/{kept['number']}"
    return {
        "id": kept["number"],
        "node_id": node_id("IssueComment", kept["number"]),
        "url": url,
        "html_url": f"{forge.html}/issues/{kept['issue']}#issuecomment-{kept['number']}",
        "issue_url": f"{forge.api}/issues/{kept['issue']}",
        "body": kept["body"],
        "user": account(forge, kept["author"]),
        "created_at": time(kept["at_s"]),
        "updated_at": time(kept["at_s"]),
        "author_association": "MEMBER",
        "reactions": _reactions(url),
    }


def _reactions(url: str) -> Shape:
    return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)}
