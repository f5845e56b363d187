"""The one question that is asked in GraphQL: who wrote which lines of a file."""

import re
import time
from collections.abc import Iterator
from typing import Any

from infrastructure.lab.forge import commits
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.git import GitError
from infrastructure.lab.forge.shapes import common

_ARGUMENT = r'{name}\s*:\s*(\$\w+|"(?:[^"\\]|\\.)*")'
_LINE = re.compile(r"^([0-9a-f]{40}) \d+ (\d+)(?: \d+)?$", re.MULTILINE)
OLDEST = 10
"""GitHub rates the age of lines from 1 (new) to 10."""


def _asked(call: Call) -> Answer:
    """Answer `repository(owner, name) { object(expression) { ... on Commit { blame(path) … } } }`."""
    query, variables = str(call.body.get("query", "")), call.body.get("variables") or {}
    told = {
        name: _argument(query, variables, name)
        for name in ("owner", "name", "expression", "qualifiedName", "path")
    }
    forge = call.forge
    if f"{told['owner']}/{told['name']}".lower() != forge.full_name.lower():
        return _failed("NOT_FOUND", "Could not resolve to a Repository with that name.")
    if told["path"] is None:
        return _failed("UNSUPPORTED", "This forge knows the blame of a file only.")
    place = told["expression"] or told["qualifiedName"] or "HEAD"
    commit = forge.git.commit_of(place)
    field = "object" if told["qualifiedName"] is None else "ref"
    blame = None if commit is None else {"blame": {"ranges": _ranges(forge, commit, told["path"])}}
    found = blame if field == "object" or blame is None else {"target": blame}
    return Answer({"data": {"repository": {field: found}}})


def _argument(query: str, variables: Any, name: str) -> str | None:
    found = re.search(_ARGUMENT.format(name=rf"\b{name}"), query)
    if found is None:
        return None
    text = found[1]
    return str(variables.get(text[1:])) if text.startswith("$") else text[1:-1]


def _ranges(forge: Forge, commit: str, path: str) -> list[dict[str, Any]]:
    try:
        text = forge.git.text("blame", "--porcelain", commit, "--", path)
    except GitError:
        return []
    known: dict[str, dict[str, Any]] = {}
    ranges = []
    for start, end, sha in _runs(text):
        if sha not in known:
            known[sha] = _commit(forge, sha)
        age = min(OLDEST, 1 + int((time.time() - known[sha]["at_s"]) / (7 * 86_400)))
        shown = {name: value for name, value in known[sha].items() if name != "at_s"}
        ranges.append({"startingLine": start, "endingLine": end, "age": age, "commit": shown})
    return ranges


def _runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Read runs of lines that are of one commit: first, last and SHA."""
    start, last, sha = 0, 0, ""
    for found in _LINE.finditer(text):
        if found[1] != sha:
            if sha:
                yield start, last, sha
            start, sha = int(found[2]), found[1]
        last = int(found[2])
    if sha:
        yield start, last, sha


def _commit(forge: Forge, sha: str) -> dict[str, Any]:
    found = commits.read(forge.git, sha)
    account = common.account_of_email(forge, found.author.email)
    who = {
        "name": found.author.name,
        "email": found.author.email,
        "date": common.time(found.author.at_s),
        "user": {"login": account["login"]} if account else None,
    }
    return {
        "at_s": found.author.at_s,
        "oid": sha,
        "abbreviatedOid": sha[:7],
        "message": found.message,
        "messageHeadline": found.message.partition("\n")[0],
        "committedDate": common.time(found.committer.at_s),
        "authoredDate": common.time(found.author.at_s),
        "url": f"{forge.html}/commit/{sha}",
        "author": who,
    }


def _failed(kind: str, message: str) -> Answer:
    return Answer({"data": None, "errors": [{"type": kind, "message": message}]})


DOORS = (Door("POST", "//graphql", Right.READ, _asked),)
