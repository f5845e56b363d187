"""Pull requests: what they hold, and how they are opened and merged."""

import time

from infrastructure.lab.forge import branches, checks, commits, merging
from infrastructure.lab.forge.commits import Signature
from infrastructure.lab.forge.errors import RefusalError, invalid
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.git import BRANCHES, GitError
from infrastructure.lab.forge.people import account_id
from infrastructure.lab.forge.shapes import hooks, repository
from infrastructure.lab.forge.shapes import pulls as shapes
from infrastructure.lab.forge.shapes.common import Shape
from infrastructure.lab.forge.shapes.pulls import Ends, Extent
from infrastructure.lab.forge.store import Document

KIND = "issue"
"""Pull requests are issues that have a `pull`; the two share their numbers."""
METHODS = ("merge", "squash")


def requests(forge: Forge) -> list[Document]:
    """Return all pull requests, the newest first."""
    return [each for each in forge.store.newest(KIND) if "pull" in each]


def ends(forge: Forge, kept: Document) -> Ends:
    """Return between which commits a request lies: of one that is closed, lay then."""
    pull = kept["pull"]
    if kept["state"] == "closed":
        return Ends(pull["base_sha"], pull["head_sha"])
    base = forge.git.value(f"{BRANCHES}{pull['base']}")
    head = forge.git.value(f"{BRANCHES}{pull['head']}")
    return Ends(base or pull["base_sha"], head or pull["head_sha"])


def new_commits(forge: Forge, between: Ends) -> list[commits.Commit]:
    """Return the commits of a request, oldest first."""
    span = (between.head_sha, f"^{between.base_sha}")
    return commits.listed(forge.git, span, commits.Range(count=250))[::-1]


def changes(forge: Forge, between: Ends) -> list[commits.FileChange]:
    """Return what a request changes since it left its base."""
    start = commits.base(forge.git, between.base_sha, between.head_sha)
    return commits.between(forge.git, start or between.base_sha, between.head_sha)


def whole(forge: Forge, kept: Document) -> Shape:
    """Return a request in full."""
    between = ends(forge, kept)
    changed = changes(forge, between)
    is_open = kept["state"] == "open"
    is_mergeable = merging.tree(forge.git, between.base_sha, between.head_sha) if is_open else None
    extent = Extent(
        commits=len(new_commits(forge, between)),
        files=len(changed),
        added=sum(change.added for change in changed),
        deleted=sum(change.deleted for change in changed),
        comments=len(forge.store.newest("comment", issue=kept["number"])),
        is_mergeable=is_mergeable is not None if is_open else None,
        state=_state(forge, between, is_mergeable) if is_open else "unknown",
    )
    return shapes.whole(forge, kept, between, extent, _repository(forge))


def listed(forge: Forge, kept: Document) -> Shape:
    """Return a request as it stands in lists."""
    return shapes.listed(forge, kept, ends(forge, kept), _repository(forge))


def open_(forge: Forge, head: str, base: str, facts: Document) -> Document:
    """Open a request of a branch.

    Args:
        forge: where.
        head: the branch that is to be merged.
        base: the branch it is to be merged into.
        facts: `title`, `body`, `author` and `is_draft`.

    Raises:
        RefusalError: 422 when a branch is not there, has nothing new, or has a request already.
    """
    head = head.removeprefix(f"{forge.owner}:")
    found = {name: forge.git.value(BRANCHES + name) for name in (head, base)}
    for field, name in (("head", head), ("base", base)):
        if found[name] is None:
            raise invalid("PullRequest", field, "invalid")
    between = Ends(str(found[base]), str(found[head]))
    with forge.writing:
        if any(_is_of(each, head, base) for each in requests(forge)):
            told = f"A pull request already exists for {forge.owner}:{head}."
            raise invalid("PullRequest", "head", "custom", told)
        if not commits.count(forge.git, (between.head_sha, f"^{between.base_sha}")):
            told = f"No commits between {base} and {head}"
            raise invalid("PullRequest", "head", "custom", told)
        kept = forge.store.add(KIND, _new(head, base, between, facts))
    _tell(forge, "opened", kept, facts["author"])
    return kept


def merge(forge: Forge, kept: Document, wish: Document, login: str) -> str:
    """Merge a request; return the commit that did it.

    Args:
        forge: where.
        kept: the request.
        wish: `sha`, `merge_method`, `commit_title` and `commit_message`, as far as given.
        login: who merges.

    Raises:
        RefusalError: 405 when it cannot be merged, 409 when its head is not the `sha`.
    """
    if wish.get("merge_method", "merge") not in METHODS:
        raise RefusalError(405, "Rebase merges are not allowed on this repository.")
    with forge.writing:
        now = forge.store.get(KIND, kept["number"]) or kept
        between = ends(forge, now)
        if now["state"] != "open" or now["pull"]["is_draft"]:
            raise RefusalError(405, "Pull Request is not mergeable")
        if wish.get("sha") not in (None, between.head_sha):
            raise RefusalError(409, "Head branch was modified. Review and try the merge again.")
        sha = _merged(forge, now, between, wish, login)
        done = {
            **now["pull"],
            "merge_sha": sha,
            "merged_at_s": time.time(),
            "merged_by": login,
            "base_sha": between.base_sha,
            "head_sha": between.head_sha,
        }
        facts = {"state": "closed", "closed_at_s": time.time(), "pull": done}
        closed = forge.store.change(KIND, kept["number"], **facts)
    _tell(forge, "closed", closed, login)
    return sha


def _merged(forge: Forge, kept: Document, between: Ends, wish: Document, login: str) -> str:
    is_squashed = wish.get("merge_method") == "squash"
    author = commits.read(forge.git, between.head_sha).author if is_squashed else None
    signed = (
        Signature(author.name, author.email, int(time.time())) if author else _merger(forge, login)
    )
    plan = merging.Merge(
        base=between.base_sha,
        head=between.head_sha,
        message=_message(forge, kept, wish),
        author=signed,
        is_squashed=is_squashed,
    )
    sha = merging.commit(forge.git, plan)
    if sha is None:
        raise RefusalError(405, "Pull Request is not mergeable")
    try:
        branches.move(forge, BRANCHES + kept["pull"]["base"], sha, between.base_sha, login)
    except GitError:
        raise RefusalError(
            409, "Base branch was modified. Review and try the merge again."
        ) from None
    return sha


def _merger(forge: Forge, login: str) -> Signature:
    known = next((person for person in forge.people if person.login == login), None)
    if known is not None:
        return Signature(known.name, known.email, int(time.time()))
    email = f"{account_id(login)}+{login}@users.noreply.example.com"
    return Signature(login, email, int(time.time()))


def _message(forge: Forge, kept: Document, wish: Document) -> str:
    number, title, pull = kept["number"], kept["title"], kept["pull"]
    if wish.get("merge_method") == "squash":
        head, rest = f"{title} (#{number})", kept["body"] or ""
    else:
        head, rest = f"Merge pull request #{number} from {forge.owner}/{pull['head']}", title
    head, rest = wish.get("commit_title") or head, wish.get("commit_message") or rest
    return f"{head}\n\n{rest}".rstrip() + "\n"


def _state(forge: Forge, between: Ends, mergeable: str | None) -> str:
    if mergeable is None:
        return "dirty"
    found = forge.store.newest(checks.KIND, sha=between.head_sha)
    return "clean" if found and found[0]["conclusion"] == "success" else "unstable"


def _is_of(kept: Document, head: str, base: str) -> bool:
    pull = kept["pull"]
    return kept["state"] == "open" and (pull["head"], pull["base"]) == (head, base)


def _new(head: str, base: str, between: Ends, facts: Document) -> Document:
    return {
        "title": facts["title"],
        "body": facts["body"],
        "author": facts["author"],
        "state": "open",
        "labels": [],
        "at_s": time.time(),
        "closed_at_s": None,
        "pull": {
            "head": head,
            "head_sha": between.head_sha,
            "base": base,
            "base_sha": between.base_sha,
            "merged_at_s": None,
            "merge_sha": None,
            "merged_by": None,
            "is_draft": facts["is_draft"],
        },
    }


def _tell(forge: Forge, action: str, kept: Document, login: str) -> None:
    payload = {"action": action, "number": kept["number"], "pull_request": whole(forge, kept)}
    forge.tell("pull_request", {**payload, **hooks.about(forge, login)})


def _repository(forge: Forge) -> Shape:
    return repository.full(forge, may_write=True)
