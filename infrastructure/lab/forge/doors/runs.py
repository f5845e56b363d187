"""Checks of commits and runs of workflows."""

from infrastructure.lab.forge import checks, paging
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.errors import RefusalError
from infrastructure.lab.forge.shapes import runs as shapes


def _of_commit(call: Call) -> Answer:
    """List the checks of a commit, the last of each name unless `filter=all`."""
    sha = call.commit(call.path["ref"])
    found = call.forge.store.newest(checks.KIND, sha=sha)
    if call.query.get("filter", "latest") == "latest":
        found = found[:1]
    found = [each for each in found if call.query.get("check_name", shapes.NAME) == shapes.NAME]
    page = paging.wanted(call.query)
    told = [shapes.check_run(call.forge, each) for each in page.cut(found)]
    headers = paging.link(page, len(found), call.url, call.query)
    return Answer({"total_count": len(found), "check_runs": told}, headers=headers)


def _status(call: Call) -> Answer:
    return Answer(shapes.combined_status(call.forge, call.commit(call.path["ref"])))


def _runs(call: Call) -> Answer:
    """List runs, newest first: `branch`, `head_sha`, `status` (also a conclusion), `event`."""
    asked = {
        "branch": call.query.get("branch"),
        "sha": call.query.get("head_sha"),
    }
    facts = {name: value for name, value in asked.items() if value}
    status = call.query.get("status")
    found = [
        each
        for each in call.forge.store.newest(checks.KIND, **facts)
        if call.query.get("event", "push") == "push"
        and status in (None, each["conclusion"], "completed" if each["conclusion"] else "queued")
    ]
    page = paging.wanted(call.query)
    told = [shapes.workflow_run(call.forge, each) for each in page.cut(found)]
    headers = paging.link(page, len(found), call.url, call.query)
    return Answer({"total_count": len(found), "workflow_runs": told}, headers=headers)


def _run(call: Call) -> Answer:
    return Answer(shapes.workflow_run(call.forge, call.number(checks.KIND)))


def _again(call: Call) -> Answer:
    """Run the checks of a run once more."""
    kept = call.number(checks.KIND)
    if kept["conclusion"] is None:
        raise RefusalError(403, "This workflow is already running")
    checks.ask_again(call.forge, kept)
    return Answer({}, 201)


DOORS = (
    Door("GET", "/commits/{ref:path}/check-runs", Right.READ, _of_commit),
    Door("GET", "/commits/{ref:path}/status", Right.READ, _status),
    Door("GET", "/actions/runs", Right.READ, _runs),
    Door("GET", "/actions/runs/{number:int}", Right.READ, _run),
    Door("POST", "/actions/runs/{number:int}/rerun", Right.WRITE, _again),
)
