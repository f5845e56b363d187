"""The runs of checks: as check runs, as a status, as runs of a workflow."""

from collections.abc import Sequence

from infrastructure.lab.forge import commits
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.shapes import repository
from infrastructure.lab.forge.shapes.common import Shape, account, node_id, time
from infrastructure.lab.forge.store import Document

NAME = "build"
"""Of the one check."""
WORKFLOW = 9001
MAX_ANNOTATIONS = 50


def check_run(forge: Forge, kept: Document) -> Shape:
    """Return a check of a commit, with what was wrong with it."""
    number = kept["number"]
    url = f"{forge.api}/check-runs/{number}"
    return {
        "id": number,
        "node_id": node_id("CheckRun", number),
        "name": NAME,
        "head_sha": kept["sha"],
        "external_id": str(number),
        "url": url,
        "html_url": f"{forge.html}/runs/{number}",
        "details_url": f"{forge.html}/actions/runs/{number}",
        "status": _status(kept),
        "conclusion": kept["conclusion"],
        "started_at": time(kept["started_s"]),
        "completed_at": None if kept["done_s"] is None else time(kept["done_s"]),
        "output": {
            "title": _title(kept),
            "summary": _summary(kept),
            "text": None,
            "annotations_count": len(kept["faults"]),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": number},
        "app": None,
        "pull_requests": [],
    }


def combined_status(forge: Forge, sha: str) -> Shape:
    """Return the status of a commit to which nobody reports any: the checks are elsewhere."""
    return {
        "state": "pending",
        "statuses": [],
        "sha": sha,
        "total_count": 0,
        "repository": repository.minimal(forge),
        "commit_url": f"{forge.api}/commits/{sha}",
        "url": f"{forge.api}/commits/{sha}/status",
    }


def workflow_run(forge: Forge, kept: Document) -> Shape:
    """Return a run of the one workflow."""
    number, found = kept["number"], commits.read(forge.git, kept["sha"])
    url = f"{forge.api}/actions/runs/{number}"
    urls = ("jobs", "logs", "artifacts", "cancel", "rerun")
    return {
        "id": number,
        "node_id": node_id("WorkflowRun", number),
        "name": NAME,
        "display_title": found.message.partition("\n")[0],
        "path": f".github/workflows/{NAME}.yaml",
        "head_branch": kept["branch"],
        "head_sha": kept["sha"],
        "run_number": number,
        "run_attempt": kept["attempt"],
        "event": "push",
        "status": _status(kept),
        "conclusion": kept["conclusion"],
        "workflow_id": WORKFLOW,
        "workflow_url": f"{forge.api}/actions/workflows/{WORKFLOW}",
        "check_suite_id": number,
        "check_suite_node_id": node_id("CheckSuite", number),
        "check_suite_url": f"{forge.api}/check-suites/{number}",
        "url": url,
        "html_url": f"{forge.html}/actions/runs/{number}",
        **{f"{name}_url": f"{url}/{name}" for name in urls},
        "previous_attempt_url": None,
        "pull_requests": [],
        "created_at": time(kept["started_s"]),
        "updated_at": time(kept["done_s"] or kept["started_s"]),
        "run_started_at": time(kept["started_s"]),
        "actor": account(forge, kept["login"]),
        "triggering_actor": account(forge, kept["login"]),
        "head_commit": {
            "id": found.sha,
            "tree_id": found.tree,
            "message": found.message,
            "timestamp": time(found.committer.at_s),
            "author": {"name": found.author.name, "email": found.author.email},
            "committer": {"name": found.committer.name, "email": found.committer.email},
        },
        "repository": repository.minimal(forge),
        "head_repository": repository.minimal(forge),
    }


def _status(kept: Document) -> str:
    return "queued" if kept["conclusion"] is None else "completed"


def _title(kept: Document) -> str | None:
    if kept["conclusion"] is None:
        return None
    number = len(kept["faults"])
    return f"{number} files cannot be read" if number else "Everything compiles"


def _summary(kept: Document) -> str | None:
    if kept["conclusion"] is None:
        return None
    faults: Sequence[Document] = kept["faults"][:MAX_ANNOTATIONS]
    return "\n".join(f"{each['path']}:{each['line']}: {each['message']}" for each in faults)
