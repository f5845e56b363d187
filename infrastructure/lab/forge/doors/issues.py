"""Issues and comments."""

import time

from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door, paged
from infrastructure.lab.forge.errors import invalid
from infrastructure.lab.forge.shapes import issues as shapes
from infrastructure.lab.forge.shapes.common import Shape
from infrastructure.lab.forge.store import Document


def _listed(call: Call) -> Answer:
    """List issues and pull requests: `state` (open unless said), `labels` (all of them)."""
    state = call.query.get("state", "open")
    labels = set(filter(None, call.query.get("labels", "").split(",")))
    found = [
        each
        for each in call.forge.store.newest("issue")
        if state in ("all", each["state"]) and labels <= set(each["labels"])
    ]
    return paged(call, found, lambda each: _document(call, each))


def _one(call: Call) -> Answer:
    return Answer(_document(call, call.number("issue")))


def _open(call: Call) -> Answer:
    labels = call.body.get("labels", [])
    if not isinstance(labels, list):
        raise invalid("Issue", "labels", "invalid")
    kept = call.forge.store.add(
        "issue",
        {
            "title": call.text("title", "Issue"),
            "body": call.body.get("body"),
            "author": call.caller.login,
            "state": "open",
            "labels": [str(each["name"] if isinstance(each, dict) else each) for each in labels],
            "at_s": time.time(),
            "closed_at_s": None,
        },
    )
    return Answer(_document(call, kept), 201)


def _comments(call: Call) -> Answer:
    number = call.number("issue")["number"]
    found = call.forge.store.newest("comment", issue=number)[::-1]
    return paged(call, found, lambda each: shapes.comment(call.forge, each))


def _comment(call: Call) -> Answer:
    kept = {
        "issue": call.number("issue")["number"],
        "body": call.text("body", "IssueComment"),
        "author": call.caller.login,
        "at_s": time.time(),
    }
    return Answer(shapes.comment(call.forge, call.forge.store.add("comment", kept)), 201)


def _document(call: Call, kept: Document) -> Shape:
    comments = len(call.forge.store.newest("comment", issue=kept["number"]))
    return shapes.issue(call.forge, kept, comments)


DOORS = (
    Door("GET", "/issues", Right.READ, _listed),
    Door("POST", "/issues", Right.WRITE, _open),
    Door("GET", "/issues/{number:int}", Right.READ, _one),
    Door("GET", "/issues/{number:int}/comments", Right.READ, _comments),
    Door("POST", "/issues/{number:int}/comments", Right.WRITE, _comment),
)
