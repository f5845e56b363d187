"""Branches and tags: read, make, move, delete; and commits without a branch yet."""

import datetime as dt
import time
from typing import Any

from infrastructure.lab.forge import branches, commits, objects
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.commits import Signature
from infrastructure.lab.forge.errors import invalid, missing, unprocessable
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.git import GitError
from infrastructure.lab.forge.people import account_id
from infrastructure.lab.forge.shapes import commits as shapes
from infrastructure.lab.forge.shapes.common import node_id


def _one(call: Call) -> Answer:
    ref = f"refs/{call.path['ref']}"
    sha = call.forge.git.value(ref)
    if sha is None:
        raise missing()
    return Answer(_document(call.forge, ref, sha))


def _create(call: Call) -> Answer:
    ref, sha = call.text("ref", "Reference"), call.text("sha", "Reference")
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise unprocessable("Reference name must start with 'refs/' and have two slashes")
    if objects.kind_of(call.forge.git, sha) != "commit":
        raise unprocessable("Object does not exist")
    branches.create(call.forge, ref, sha, call.caller.login)
    return Answer(_document(call.forge, ref, sha), 201)


def _move(call: Call) -> Answer:
    """Point a branch at another commit: forward only, unless `force` is given."""
    ref, sha = f"refs/{call.path['ref']}", call.text("sha", "Reference")
    git = call.forge.git
    with call.forge.writing:
        old = git.value(ref)
        if old is None:
            raise unprocessable("Reference does not exist")
        if objects.kind_of(git, sha) != "commit":
            raise unprocessable("Object does not exist")
        if call.body.get("force") is not True and commits.base(git, old, sha) != old:
            raise unprocessable("Update is not a fast forward")
        branches.move(call.forge, ref, sha, old, call.caller.login)
    return Answer(_document(call.forge, ref, sha))


def _delete(call: Call) -> Answer:
    branches.delete(call.forge, f"refs/{call.path['ref']}", call.caller.login)
    return Answer(None, 204)


def _write_commit(call: Call) -> Answer:
    """Write a commit that no branch has yet."""
    parents = call.body.get("parents", [])
    if not isinstance(parents, list):
        raise invalid("Commit", "parents", "invalid")
    author = _signature(call, "author", _caller(call))
    draft = objects.Draft(
        tree=call.text("tree", "Commit"),
        parents=tuple(map(str, parents)),
        message=call.text("message", "Commit"),
        author=author,
        committer=_signature(call, "committer", author),
    )
    try:
        sha = objects.write_commit(call.forge.git, draft)
    except GitError as error:
        raise unprocessable(str(error)) from error
    return Answer(shapes.git_commit(call.forge, commits.read(call.forge.git, sha)), 201)


def _caller(call: Call) -> Signature:
    login = call.caller.login
    email = f"{account_id(login)}+{login}@users.noreply.example.com"
    return Signature(login, email, int(time.time()))


def _signature(call: Call, role: str, default: Signature) -> Signature:
    told: Any = call.body.get(role)
    if not isinstance(told, dict):
        return default
    try:
        date = told.get("date")
        at_s = int(dt.datetime.fromisoformat(date).timestamp()) if date else int(time.time())
        return Signature(str(told["name"]), str(told["email"]), at_s)
    except (KeyError, ValueError, TypeError):
        raise invalid("Commit", role, "invalid") from None


def _document(forge: Forge, ref: str, sha: str) -> dict[str, Any]:
    return {
        "ref": ref,
        "node_id": node_id("Ref", ref),
        "url": f"{forge.api}/git/{ref}",
        "object": {"type": "commit", "sha": sha, "url": f"{forge.api}/git/commits/{sha}"},
    }


DOORS = (
    Door("GET", "/git/ref/{ref:path}", Right.READ, _one),
    Door("POST", "/git/refs", Right.WRITE, _create),
    Door("PATCH", "/git/refs/{ref:path}", Right.WRITE, _move),
    Door("DELETE", "/git/refs/{ref:path}", Right.WRITE, _delete),
    Door("POST", "/git/commits", Right.WRITE, _write_commit),
)
