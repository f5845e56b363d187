"""Commits: one, many, what lies between two, and where code speaks of something."""

import re
import urllib.parse

from infrastructure.lab.forge import commits, paging
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.errors import invalid, missing
from infrastructure.lab.forge.forge import MAIN
from infrastructure.lab.forge.shapes import commits as shapes
from infrastructure.lab.forge.shapes import repository

FILES_A_PAGE = 300
COMMITS_OF_A_COMPARISON = 250


def _listed(call: Call) -> Answer:
    """List commits, newest first: `sha`, `path`, `since`, `until`."""
    git = call.forge.git
    start = git.commit_of(call.query.get("sha") or MAIN)
    if start is None:
        raise missing()
    page = paging.wanted(call.query)
    wanted = commits.Range(
        count=page.size,
        skipped=page.skipped,
        path=call.query.get("path", ""),
        since=call.query.get("since", ""),
        until=call.query.get("until", ""),
    )
    found = commits.listed(git, (start,), wanted)
    total = commits.count(git, (start,), wanted)
    headers = paging.link(page, total, call.url, call.query)
    return Answer([shapes.commit(call.forge, each) for each in found], headers=headers)


def _one(call: Call) -> Answer:
    """Tell a commit with the files it changes."""
    found = commits.read(call.forge.git, call.commit(call.path["ref"]))
    changes = commits.changes(call.forge.git, found)
    page = paging.wanted(call.query, FILES_A_PAGE, FILES_A_PAGE)
    document = shapes.whole_commit(call.forge, found, changes, page.cut(changes))
    return Answer(document, headers=paging.link(page, len(changes), call.url, call.query))


def _compared(call: Call) -> Answer:
    """Tell what a head has that a base has not."""
    forge, git = call.forge, call.forge.git
    names = call.path["basehead"].split("...")
    found = [git.commit_of(name) for name in names]
    if len(found) != 2 or found[0] is None or found[1] is None:
        raise missing()
    base, head = found[0], found[1]
    merge_base = commits.base(git, base, head)
    if merge_base is None:
        raise missing()
    ahead, behind = (commits.count(git, span) for span in ((head, f"^{base}"), (base, f"^{head}")))
    page = paging.wanted(call.query, COMMITS_OF_A_COMPARISON)
    new = commits.listed(git, (head, f"^{base}"), commits.Range(count=ahead or 1))[::-1]
    changes = commits.between(git, merge_base, head)
    url = f"{forge.api}/compare/{names[0]}...{names[1]}"
    html = f"{forge.html}/compare/{names[0]}...{names[1]}"
    document = {
        "url": url,
        "html_url": html,
        "permalink_url": f"{forge.html}/compare/{base[:12]}...{head[:12]}",
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": shapes.commit(forge, commits.read(git, base)),
        "merge_base_commit": shapes.commit(forge, commits.read(git, merge_base)),
        "status": _standing(ahead, behind),
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [shapes.commit(forge, each) for each in page.cut(new)],
        "files": [shapes.file(forge, each, head) for each in changes[:FILES_A_PAGE]],
    }
    return Answer(document, headers=paging.link(page, ahead, call.url, call.query))


def _standing(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


def _searched(call: Call) -> Answer:
    """Find files of main that hold all words: `q=word repo:owner/name path:folder`."""
    words, scopes = _query(call.query.get("q", ""))
    if not words:
        raise invalid("Search", "q", "missing")
    forge = call.forge
    if scopes.get("repo", forge.full_name).lower() != forge.full_name.lower():
        raise invalid("Search", "q", "invalid", "The listed repositories cannot be searched")
    patterns = [word for each in words for word in ("-e", each)]
    options = ("-l", "-z", "-I", "-F", "-i", "--all-match")
    place = [f":(literal){scopes['path'].strip('/')}"] if scopes.get("path") else []
    code, text = forge.git.attempt("grep", *options, *patterns, forge.head, "--", *place)
    paths = [entry.partition(":")[2] for entry in text.split("\0")] if code == 0 else []
    found = sorted(filter(None, paths))
    page = paging.wanted(call.query)
    document = {
        "total_count": len(found),
        "incomplete_results": False,
        "items": [_hit(call, path) for path in page.cut(found)],
    }
    return Answer(document, headers=paging.link(page, len(found), call.url, call.query))


def _query(text: str) -> tuple[list[str], dict[str, str]]:
    parts = [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', text)]
    scopes = dict(part.split(":", 1) for part in parts if re.match(r"(repo|path):", part))
    return [part for part in parts if not re.match(r"(repo|path):", part)], scopes


def _hit(call: Call, path: str) -> dict[str, object]:
    forge, quoted = call.forge, urllib.parse.quote(path)
    blob = forge.git.text("rev-parse", f"{forge.head}:{path}")
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": blob,
        "url": f"{forge.api}/contents/{quoted}?ref={forge.head}",
        "git_url": f"{forge.api}/git/blobs/{blob}",
        "html_url": f"{forge.html}/blob/{forge.head}/{quoted}",
        "repository": repository.minimal(forge),
        "score": 1.0,
    }


DOORS = (
    Door("GET", "/commits", Right.READ, _listed),
    Door("GET", "/compare/{basehead:path}", Right.READ, _compared),
    Door("GET", "//search/code", Right.READ, _searched),
)
LAST_DOORS = (Door("GET", "/commits/{ref:path}", Right.READ, _one),)
"""Those whose path would take the others' in."""
