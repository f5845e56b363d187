"""Files and folders as they are at a commit, and the objects of git."""

import base64
import binascii
import urllib.parse
from typing import Any

from infrastructure.lab.forge import commits, objects
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.errors import RefusalError, invalid, missing, unprocessable
from infrastructure.lab.forge.forge import MAIN
from infrastructure.lab.forge.git import GitError
from infrastructure.lab.forge.objects import Entry
from infrastructure.lab.forge.shapes import commits as shapes
from infrastructure.lab.forge.shapes.common import node_id

TYPES = {"blob": "file", "tree": "dir", "commit": "submodule"}


def _content(call: Call) -> Answer:
    """Tell a file with its content, or what a folder holds."""
    git, ref = call.forge.git, call.query.get("ref") or MAIN
    commit = git.commit_of(ref)
    if commit is None:
        raise RefusalError(404, f"No commit found for the ref {ref}")
    path = call.path["path"].strip("/")
    found = objects.at(git, commit, path) if path else Entry("", "040000", "tree", commit, None)
    if found is None:
        raise missing()
    if found.kind == "tree":
        return Answer([_entry(call, each, ref) for each in objects.entries(git, commit, path)])
    content = base64.encodebytes(objects.content(git, found.sha)).decode()
    return Answer({**_entry(call, found, ref), "encoding": "base64", "content": content})


def _entry(call: Call, found: Entry, ref: str) -> dict[str, Any]:
    forge, path = call.forge, urllib.parse.quote(found.path)
    url = f"{forge.api}/contents/{path}?ref={ref}"
    is_file = found.kind == "blob"
    git_url = f"{forge.api}/git/{'blobs' if is_file else 'trees'}/{found.sha}"
    html = f"{forge.html}/{'blob' if is_file else 'tree'}/{ref}/{path}"
    return {
        "type": TYPES[found.kind],
        "size": found.size or 0,
        "name": found.path.rpartition("/")[2],
        "path": found.path,
        "sha": found.sha,
        "url": url,
        "git_url": git_url,
        "html_url": html,
        "download_url": f"{forge.html}/raw/{ref}/{path}" if is_file else None,
        "_links": {"self": url, "git": git_url, "html": html},
    }


def _git_commit(call: Call) -> Answer:
    sha = str(call.path["sha"])
    if objects.kind_of(call.forge.git, sha) != "commit":
        raise missing()
    return Answer(shapes.git_commit(call.forge, commits.read(call.forge.git, sha)))


def _tree(call: Call) -> Answer:
    """Tell a tree, with `recursive` all that is below it."""
    git = call.forge.git
    name = str(call.path["sha"])
    sha = git.commit_of(name) or name
    if objects.kind_of(git, sha) not in ("commit", "tree"):
        raise missing()
    tree = git.text("rev-parse", f"{sha}^{{tree}}")
    return Answer(_tree_document(call, tree, is_recursive=bool(call.query.get("recursive"))))


def _tree_document(call: Call, tree: str, *, is_recursive: bool) -> dict[str, Any]:
    found = objects.entries(call.forge.git, tree, is_recursive=is_recursive)
    return {
        "sha": tree,
        "url": f"{call.forge.api}/git/trees/{tree}",
        "truncated": False,
        "tree": [_leaf(call, entry) for entry in found],
    }


def _leaf(call: Call, entry: Entry) -> dict[str, Any]:
    size = {} if entry.size is None else {"size": entry.size}
    kind = "blobs" if entry.kind == "blob" else "trees"
    return {
        "path": entry.path,
        "mode": entry.mode,
        "type": entry.kind,
        "sha": entry.sha,
        **size,
        "url": f"{call.forge.api}/git/{kind}/{entry.sha}",
    }


def _blob(call: Call) -> Answer:
    git, sha = call.forge.git, str(call.path["sha"])
    if objects.kind_of(git, sha) != "blob":
        raise missing()
    data = objects.content(git, sha)
    return Answer(
        {
            "sha": sha,
            "node_id": node_id("Blob", sha),
            "size": len(data),
            "url": f"{call.forge.api}/git/blobs/{sha}",
            "content": base64.encodebytes(data).decode(),
            "encoding": "base64",
        }
    )


def _write_blob(call: Call) -> Answer:
    text = call.text("content", "Blob")
    encoding = call.text("encoding", "Blob", "utf-8")
    try:
        data = base64.b64decode(text) if encoding == "base64" else text.encode()
    except binascii.Error:
        raise invalid("Blob", "content", "invalid") from None
    sha = objects.write_blob(call.forge.git, data)
    return Answer({"sha": sha, "url": f"{call.forge.api}/git/blobs/{sha}"}, 201)


def _write_tree(call: Call) -> Answer:
    """Write a tree upon `base_tree`: entries with a `sha`, or with a `content`; null removes."""
    git, entries = call.forge.git, call.body.get("tree")
    if not isinstance(entries, list):
        raise invalid("Tree", "tree", "missing_field")
    base = call.body.get("base_tree")
    try:
        edits = [(str(each["path"]), str(each["mode"]), _sha_of(call, each)) for each in entries]
        tree = objects.write_tree(git, base, edits)
    except (KeyError, TypeError) as error:
        raise invalid("Tree", str(error).strip("'"), "missing_field") from error
    except GitError as error:
        raise unprocessable(f"GitRPC::BadObjectState: {error}") from error
    return Answer(_tree_document(call, tree, is_recursive=False), 201)


def _sha_of(call: Call, entry: dict[str, Any]) -> str | None:
    if "content" in entry:
        return objects.write_blob(call.forge.git, str(entry["content"]).encode())
    sha = entry["sha"]
    if sha is not None and objects.kind_of(call.forge.git, str(sha)) is None:
        raise unprocessable(f"tree.sha {sha} is not a valid blob")
    return None if sha is None else str(sha)


DOORS = (
    Door("GET", "/contents", Right.READ, lambda call: _content(_at_root(call))),
    Door("GET", "/contents/{path:path}", Right.READ, _content),
    Door("GET", "/git/commits/{sha}", Right.READ, _git_commit),
    Door("GET", "/git/trees/{sha:path}", Right.READ, _tree),
    Door("GET", "/git/blobs/{sha}", Right.READ, _blob),
    Door("POST", "/git/blobs", Right.WRITE, _write_blob),
    Door("POST", "/git/trees", Right.WRITE, _write_tree),
)


def _at_root(call: Call) -> Call:
    return Call(call.forge, call.caller, {**call.path, "path": ""}, call.query, call.url, call.body)
