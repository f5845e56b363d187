"""What is written to a GitHub of tests."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from git_repository import GitError
from github_world import Json, World
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Serving = Callable[[World, Request, Any], Response]


def _invalid(message: str) -> Response:
    return JSONResponse({"message": "Validation Failed", "errors": [{"message": message}]}, 422)


def _blob(world: World, _request: Request, body: Json) -> Response:
    content = base64.b64decode(body["content"])
    sha = world.git.git("hash-object", "-w", "--stdin", given=content).decode().strip()
    return JSONResponse({"sha": sha}, 201)


def _tree(world: World, _request: Request, body: Json) -> Response:
    lines = []
    there = world.git.files(body["base_tree"])
    for path, (mode, sha) in there.items():
        lines.append(f"{mode} {sha}\t{path}")
    for entry in body["tree"]:
        removed = entry["sha"] is None
        if removed and entry["path"] not in there:
            return _invalid(f"tree.{entry['path']} does not exist")
        mode, sha = ("0", "0" * 40) if removed else (entry["mode"], entry["sha"])
        lines.append(f"{mode} {sha}\t{entry['path']}")
    world.git.git("read-tree", "--empty")
    world.git.git("update-index", "--index-info", given="\n".join(lines).encode())
    return JSONResponse({"sha": world.git.ask("write-tree")}, 201)


def _commit(world: World, _request: Request, body: Json) -> Response:
    parents = [word for parent in body["parents"] for word in ("-p", parent)]
    message = body["message"].encode()
    sha = world.git.git("commit-tree", body["tree"], *parents, given=message).decode().strip()
    return JSONResponse({"sha": sha}, 201)


def _ref(world: World, _request: Request, body: Json) -> Response:
    try:
        # All noughts as the old value: made only where there is none.
        world.git.git("update-ref", body["ref"], body["sha"], "0" * 40)
    except GitError:
        return JSONResponse({"message": "Reference already exists"}, 422)
    return JSONResponse({"ref": body["ref"], "object": {"sha": body["sha"]}}, 201)


def _unref(world: World, request: Request, _body: Json) -> Response:
    ref = f"refs/{request.path_params['ref']}"
    try:
        world.git.git("update-ref", "-d", ref, world.git.ask("rev-parse", "--verify", ref))
    except GitError:
        return JSONResponse({"message": "Reference does not exist"}, 422)
    return Response(status_code=204)


def _pull(world: World, _request: Request, body: Json) -> Response:
    try:
        pull = world.open_pull(body["head"], body["title"], body["body"], body["base"])
    except GitError as error:
        return _invalid(str(error))
    return JSONResponse(world.told_pull(pull), 201)


def _merge(world: World, request: Request, body: Json) -> Response:
    number = int(request.path_params["number"])
    pull = world.pull(number)
    if pull is None:
        raise LookupError
    if pull["state"] != "open" or pull["draft"]:
        return JSONResponse({"message": "Pull Request is not mergeable"}, 405)
    if world.told_pull(pull)["head"]["sha"] != body["sha"]:
        return JSONResponse({"message": "Head branch was modified. Review and try again."}, 409)
    message = f"{body['commit_title']}\n\n{body['commit_message']}"
    sha = world.merge(number, message, body["merge_method"])
    return JSONResponse({"sha": sha, "merged": True, "message": "merged"})


def _comment(world: World, request: Request, body: Json) -> Response:
    number = int(request.path_params["number"])
    comment: Json = {
        "id": len(world.comments) + 1,
        "_number": number,
        "body": body["body"],
        "user": {"login": "the-responder"},
        "html_url": f"https://github.test/{world.full_name}/pull/{number}#c",
        "created_at": world.now(),
    }
    world.comments.append(comment)
    return JSONResponse(comment, 201)


def _issue(world: World, _request: Request, body: Json) -> Response:
    number = len(world.pulls) + len(world.issues) + 1
    issue: Json = {
        "number": number,
        "title": body["title"],
        "body": body["body"],
        "state": "open",
        "labels": [{"name": label} for label in body.get("labels", ())],
        "html_url": f"https://github.test/{world.full_name}/issues/{number}",
    }
    world.issues.append(issue)
    return JSONResponse(issue, 201)


def _rerun(world: World, request: Request, _body: Json) -> Response:
    wanted = int(request.path_params["id"])
    run = next(each for each in world.runs if each["id"] == wanted)
    if run["status"] != "completed":
        return JSONResponse({"message": "This workflow is already running"}, 403)
    run |= {"status": "queued", "conclusion": None, "run_attempt": run["run_attempt"] + 1}
    run["triggering_actor"] = {"login": "the-responder"}
    return JSONResponse({}, 201)


DOINGS: Mapping[tuple[str, str], Serving] = {
    ("POST", "/git/blobs"): _blob,
    ("POST", "/git/trees"): _tree,
    ("POST", "/git/commits"): _commit,
    ("POST", "/git/refs"): _ref,
    ("DELETE", "/git/refs/{ref:path}"): _unref,
    ("POST", "/pulls"): _pull,
    ("PUT", "/pulls/{number:int}/merge"): _merge,
    ("POST", "/issues/{number:int}/comments"): _comment,
    ("POST", "/issues"): _issue,
    ("POST", "/actions/runs/{id:int}/rerun"): _rerun,
}
