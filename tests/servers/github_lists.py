"""What is read of a GitHub of tests."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from github_world import Json, World
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Serving = Callable[[World, Request, Any], Response]


def page(request: Request, rows: Sequence[Json], key: str | None = None) -> Response:
    """Return one page of rows, with the link to the next where there is one."""
    size = min(100, int(request.query_params.get("per_page", 30)))
    number = int(request.query_params.get("page", 1))
    kept = list(rows[(number - 1) * size : number * size])
    link = {}
    if len(rows) > number * size:
        url = request.url.include_query_params(page=number + 1)
        link = {"link": f'<{url}>; rel="next"'}
    body = kept if key is None else {"total_count": len(rows), key: kept}
    return JSONResponse(body, headers=link)


def _repository(world: World, _request: Request, _body: Json) -> Response:
    return JSONResponse(world.repository())


def _commits(world: World, request: Request, _body: Json) -> Response:
    asked = request.query_params
    options = [f"--{name}={asked[name]}" for name in ("since", "until") if name in asked]
    arguments = [
        *options,
        asked.get("sha", "main"),
        "--",
        *([asked["path"]] if "path" in asked else []),
    ]
    shas = world.git.ask("rev-list", *arguments).split()
    return page(request, [world.commit(sha) for sha in shas])


def _commit(world: World, request: Request, _body: Json) -> Response:
    found = world.commit(request.path_params["ref"])
    parents = found["parents"]
    files = world.files(parents[0]["sha"] if parents else None, found["sha"])
    stats = {key: sum(file[key] for file in files) for key in ("additions", "deletions")}
    return JSONResponse(found | {"files": files, "stats": stats})


def _compare(world: World, request: Request, _body: Json) -> Response:
    base, _, head = request.path_params["range"].partition("...")
    merge_base = world.git.ask("merge-base", base, head)
    ahead = world.git.ask("rev-list", "--reverse", f"{base}..{head}").split()
    behind = world.git.ask("rev-list", f"{head}..{base}").split()
    statuses = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
    told = {
        "status": statuses.get((bool(ahead), bool(behind)), "identical"),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "merge_base_commit": {"sha": merge_base},
        "commits": [world.commit(sha) for sha in ahead[-250:]],
        "files": world.files(merge_base, head),
    }
    return JSONResponse(told)


def _ref(world: World, request: Request, _body: Json) -> Response:
    ref = request.path_params["ref"]
    sha = world.git.ask("rev-parse", "--verify", f"refs/{ref}")
    return JSONResponse({"ref": f"refs/{ref}", "object": {"sha": sha, "type": "commit"}})


def _git_commit(world: World, request: Request, _body: Json) -> Response:
    found = world.commit(request.path_params["sha"])
    return JSONResponse({"sha": found["sha"], "parents": found["parents"], **found["commit"]})


def _tree(world: World, request: Request, _body: Json) -> Response:
    sha = request.path_params["sha"]
    entries = []
    depth = ("-r", "-t") if "recursive" in request.query_params else ()
    for line in world.git.git("ls-tree", *depth, "-l", "-z", sha).decode().split("\0"):
        if line:
            head, _, path = line.partition("\t")
            mode, kind, name, size = head.split()
            entry: Json = {"path": path, "mode": mode, "type": kind, "sha": name}
            entries.append(entry | ({"size": int(size)} if kind == "blob" else {}))
    return JSONResponse({"sha": sha, "tree": entries, "truncated": False})


def _blob(world: World, request: Request, _body: Json) -> Response:
    sha = request.path_params["sha"]
    content = world.git.git("cat-file", "blob", sha)
    text = base64.encodebytes(content).decode()
    return JSONResponse({"sha": sha, "content": text, "encoding": "base64", "size": len(content)})


def _pulls(world: World, request: Request, _body: Json) -> Response:
    asked = request.query_params
    state, head = asked.get("state", "open"), asked.get("head", "")
    rows = [
        {key: value for key, value in world.told_pull(each).items() if key != "commits"}
        for each in reversed(world.pulls)
        if state in {"all", each["state"]}
        and asked.get("base", each["base"]["ref"]) == each["base"]["ref"]
        and (not head or head == f"{world.owner}:{each['head']['ref']}")
    ]
    return page(request, rows)


def _number(world: World, request: Request) -> Json:
    found = world.pull(int(request.path_params["number"]))
    if found is None:
        raise LookupError
    return found


def _pull(world: World, request: Request, _body: Json) -> Response:
    return JSONResponse(world.told_pull(_number(world, request)))


def _range(world: World, request: Request) -> tuple[str, str]:
    pull = world.told_pull(_number(world, request))
    head = pull["head"]["sha"]
    return world.git.ask("merge-base", pull["base"]["sha"], head), head


def _pull_files(world: World, request: Request, _body: Json) -> Response:
    return page(request, world.files(*_range(world, request)))


def _pull_commits(world: World, request: Request, _body: Json) -> Response:
    base, head = _range(world, request)
    shas = world.git.ask("rev-list", "--reverse", f"{base}..{head}").split()
    return page(request, [world.commit(sha) for sha in shas])


def _comments(world: World, request: Request, _body: Json) -> Response:
    number = int(request.path_params["number"])
    return page(request, [each for each in world.comments if each["_number"] == number])


def _issues(world: World, request: Request, _body: Json) -> Response:
    wanted = {label for label in request.query_params.get("labels", "").split(",") if label}
    rows = [each for each in world.issues if wanted <= {label["name"] for label in each["labels"]}]
    return page(request, list(reversed(rows)))


def _deployments(world: World, request: Request, _body: Json) -> Response:
    asked = request.query_params
    rows = [
        each
        for each in world.deployments
        if all(asked.get(key, each[key]) == each[key] for key in ("environment", "sha"))
    ]
    return page(request, rows)


def _deployment_statuses(world: World, request: Request, _body: Json) -> Response:
    return page(request, world.deployment_statuses.get(int(request.path_params["id"]), []))


def _runs(world: World, request: Request, _body: Json) -> Response:
    asked = request.query_params
    keys = (("branch", "head_branch"), ("head_sha", "head_sha"))
    rows = [each for each in world.runs if all(asked.get(a, each[b]) == each[b] for a, b in keys)]
    return page(request, rows, "workflow_runs")


def _run(world: World, request: Request, _body: Json) -> Response:
    wanted = int(request.path_params["id"])
    return JSONResponse(next(each for each in world.runs if each["id"] == wanted))


def _releases(world: World, request: Request, _body: Json) -> Response:
    return page(request, world.releases)


def _checks(world: World, request: Request, _body: Json) -> Response:
    found = world.checks_of.get(request.path_params["ref"], world.checks or [])
    return page(request, found, "check_runs")


def _status(world: World, request: Request, _body: Json) -> Response:
    return page(request, world.statuses, "statuses")


LISTS: Mapping[str, Serving] = {
    "": _repository,
    "/commits": _commits,
    "/commits/{ref:path}/check-runs": _checks,
    "/commits/{ref:path}/status": _status,
    "/commits/{ref:path}": _commit,
    "/compare/{range:path}": _compare,
    "/git/ref/{ref:path}": _ref,
    "/git/commits/{sha}": _git_commit,
    "/git/trees/{sha}": _tree,
    "/git/blobs/{sha}": _blob,
    "/pulls": _pulls,
    "/pulls/{number:int}": _pull,
    "/pulls/{number:int}/files": _pull_files,
    "/pulls/{number:int}/commits": _pull_commits,
    "/issues/{number:int}/comments": _comments,
    "/issues": _issues,
    "/deployments": _deployments,
    "/deployments/{id:int}/statuses": _deployment_statuses,
    "/actions/runs": _runs,
    "/actions/runs/{id:int}": _run,
    "/releases": _releases,
}
