"""What webhooks are told."""

from collections.abc import Sequence
from dataclasses import dataclass

from infrastructure.lab.forge import commits
from infrastructure.lab.forge.commits import Commit, Signature
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.git import NOTHING
from infrastructure.lab.forge.shapes import repository
from infrastructure.lab.forge.shapes.common import Shape, account, account_of_email, time
from infrastructure.lab.forge.store import Document


@dataclass(frozen=True)
class Sender:
    """Who did something, and when, in seconds since the epoch."""

    login: str
    at_s: float


def about(forge: Forge, sender: str) -> Shape:
    """Return what every notice says."""
    return {
        "repository": repository.full(forge, may_write=True),
        "organization": account(forge, forge.owner),
        "sender": account(forge, sender),
    }


def push(
    forge: Forge, ref: str, moved: tuple[str, str], new: Sequence[Commit], sender: Sender
) -> Shape:
    """Tell that a branch points elsewhere.

    Args:
        forge: whose it is.
        ref: the branch, `refs/heads/main`.
        moved: where it pointed, and where it points.
        new: the commits that came, oldest first.
        sender: who did it.
    """
    told = [_commit(forge, each) for each in new]
    common = about(forge, sender.login)
    # Here, and here only, GitHub says when in seconds.
    common["repository"]["pushed_at"] = int(sender.at_s)
    return {
        **common,
        "ref": ref,
        "before": moved[0],
        "after": moved[1],
        "created": moved[0] == NOTHING,
        "deleted": moved[1] == NOTHING,
        "forced": NOTHING not in moved and commits.base(forge.git, *moved) != moved[0],
        "base_ref": None,
        "compare": f"{forge.html}/compare/{moved[0][:12]}...{moved[1][:12]}",
        "commits": told,
        "head_commit": told[-1] if told else None,
        "pusher": {"name": sender.login, "email": None, "date": time(sender.at_s)},
    }


def _commit(forge: Forge, found: Commit) -> Shape:
    paths: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
    for change in commits.changes(forge.git, found):
        paths.get(change.status, paths["modified"]).append(change.path)
    return {
        "id": found.sha,
        "tree_id": found.tree,
        "distinct": True,
        "message": found.message,
        "timestamp": time(found.committer.at_s),
        "url": f"{forge.html}/commit/{found.sha}",
        "author": _person(forge, found.author),
        "committer": _person(forge, found.committer),
        **paths,
    }


def _person(forge: Forge, who: Signature) -> Shape:
    known = account_of_email(forge, who.email)
    return {
        "name": who.name,
        "email": who.email,
        **({"username": known["login"]} if known else {}),
    }


def hook(forge: Forge, kept: Document) -> Shape:
    """Return a webhook; its secret is not told."""
    number, last = kept["number"], kept["last"]
    url = f"{forge.api}/hooks/{number}"
    secret = {"secret": "********"} if kept["secret"] else {}
    return {
        "type": "Repository",
        "id": number,
        "name": "web",
        "active": kept["is_active"],
        "events": kept["events"],
        "config": {"url": kept["url"], "content_type": "json", "insecure_ssl": "0", **secret},
        "created_at": time(kept["at_s"]),
        "updated_at": time(kept["at_s"]),
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {
            "code": last["code"] if last else None,
            "status": "unused" if last is None else "active" if last["is_taken"] else "failed",
            "message": last["message"] if last else None,
        },
    }
