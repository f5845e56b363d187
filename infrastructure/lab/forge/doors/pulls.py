"""Pull requests: list, read, open, merge; and those to which a commit belongs."""

from infrastructure.lab.forge import pulls
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door, paged
from infrastructure.lab.forge.commits import read
from infrastructure.lab.forge.errors import missing
from infrastructure.lab.forge.shapes import commits as shapes
from infrastructure.lab.forge.store import Document


def _listed(call: Call) -> Answer:
    """List requests: `state` (open unless said), `head` (owner:branch), `base`, `direction`."""
    state = call.query.get("state", "open")
    head = call.query.get("head", "").removeprefix(f"{call.forge.owner}:")
    base = call.query.get("base", "")
    found = [
        each
        for each in pulls.requests(call.forge)
        if state in ("all", each["state"])
        and head in ("", each["pull"]["head"])
        and base in ("", each["pull"]["base"])
    ]
    if call.query.get("sort") == "updated":
        found.sort(key=lambda each: -(each["closed_at_s"] or each["at_s"]))
    if call.query.get("direction") == "asc":
        found.reverse()
    return paged(call, found, lambda each: pulls.listed(call.forge, each))


def _one(call: Call) -> Answer:
    return Answer(pulls.whole(call.forge, _request(call)))


def _files(call: Call) -> Answer:
    between = pulls.ends(call.forge, _request(call))
    found = pulls.changes(call.forge, between)
    return paged(call, found, lambda each: shapes.file(call.forge, each, between.head_sha))


def _commits(call: Call) -> Answer:
    found = pulls.new_commits(call.forge, pulls.ends(call.forge, _request(call)))
    return paged(call, found, lambda each: shapes.commit(call.forge, each))


def _of_commit(call: Call) -> Answer:
    """List the requests that brought a commit, or would."""
    sha = call.commit(call.path["ref"])
    found = [each for each in pulls.requests(call.forge) if _holds(call, each, sha)]
    return paged(call, found, lambda each: pulls.listed(call.forge, each))


def _holds(call: Call, kept: Document, sha: str) -> bool:
    if kept["pull"]["merge_sha"] == sha:
        return True
    between = pulls.ends(call.forge, kept)
    return any(each.sha == sha for each in pulls.new_commits(call.forge, between))


def _open(call: Call) -> Answer:
    head, base = call.text("head", "PullRequest"), call.text("base", "PullRequest")
    facts = {
        "title": call.text("title", "PullRequest"),
        "body": call.body.get("body"),
        "author": _author(call, head),
        "is_draft": call.body.get("draft") is True,
    }
    kept = pulls.open_(call.forge, head, base, facts)
    return Answer(pulls.whole(call.forge, kept), 201)


def _author(call: Call, head: str) -> str:
    """Return who opens a request: with the lab's own token, whoever wrote its last commit."""
    if call.caller.right < Right.ADMIN:
        return call.caller.login
    sha = call.forge.git.commit_of(head.removeprefix(f"{call.forge.owner}:"))
    email = read(call.forge.git, sha).author.email if sha else ""
    known = (person.login for person in call.forge.people if person.email == email)
    return next(known, call.caller.login)


def _merge(call: Call) -> Answer:
    kept = _request(call)
    login = kept["author"] if call.caller.right >= Right.ADMIN else call.caller.login
    sha = pulls.merge(call.forge, kept, dict(call.body), login)
    return Answer({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def _request(call: Call) -> Document:
    kept = call.number(pulls.KIND)
    if "pull" not in kept:
        raise missing()
    return kept


DOORS = (
    Door("GET", "/pulls", Right.READ, _listed),
    Door("POST", "/pulls", Right.WRITE, _open),
    Door("GET", "/pulls/{number:int}", Right.READ, _one),
    Door("GET", "/pulls/{number:int}/files", Right.READ, _files),
    Door("GET", "/pulls/{number:int}/commits", Right.READ, _commits),
    Door("PUT", "/pulls/{number:int}/merge", Right.WRITE, _merge),
    Door("GET", "/commits/{ref:path}/pulls", Right.READ, _of_commit),
)
