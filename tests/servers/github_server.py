"""A GitHub of tests: its REST API over a real git repository, as far as the platform asks it."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
from git_repository import GitError
from github_doings import DOINGS
from github_lists import LISTS
from github_world import Json, World, stamp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

NOT_FOUND = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}
BAD_CREDENTIALS = {"message": "Bad credentials"}
INSTALLATION = 77
Serving = Callable[[World, Request, Any], Response]


def github(world: World) -> ASGIApp:
    """Return the API, at `/` as GitHub has it and at `/api/v3` as Enterprise servers have it."""
    routes = [
        Route(path, _served(world, doing, needs), methods=[verb])
        for verb, asked, needs, doing in _ALL
        for path in {asked, asked.replace(_R, "/repositories/{repository}")}
    ]
    graphql = Route("/graphql", _served(world, _blame, "read"), methods=["POST"])
    return Starlette(
        routes=[
            Mount("/api/v3", routes=routes),
            Route("/api/graphql", graphql.endpoint, methods=["POST"]),
            graphql,
            *routes,
        ]
    )


def _served(world: World, doing: Serving, needs: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        path = request.url.path
        world.asked.append((request.method, path))
        if world.before is not None:
            world.before(request.method, path)
        body = await request.body()
        if world.redirect is not None and (
            moved := world.redirect(request.method, str(request.url))
        ):
            status, url = moved
            return JSONResponse({"message": "Moved Permanently"}, status, {"location": url})
        response = _refused(world, request, needs) or _answered(world, request, doing, body)
        for name, value in _told_limits(world).items():
            response.headers[name] = value
        if world.lose is not None and world.lose(request.method, path):
            return Response("the way is broken", 502)
        return response

    return serve


def _answered(world: World, request: Request, doing: Serving, body: bytes) -> Response:
    try:
        return doing(world, request, json.loads(body) if body else {})
    except (GitError, LookupError):
        return JSONResponse(NOT_FOUND, 404)


def _told_limits(world: World) -> dict[str, str]:
    limits = world.limits
    return {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": str(limits.remaining),
        "x-ratelimit-reset": str(limits.resets_at_s),
        "x-ratelimit-resource": "core",
    }


def _refused(world: World, request: Request, needs: str) -> Response | None:
    """Return the refusal of a request that comes too often, or from somebody who may not."""
    if world.limits.retry_after_s is not None and request.method != "GET":
        said = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
        return JSONResponse(said, 403, headers={"retry-after": str(world.limits.retry_after_s)})
    if world.limits.remaining <= 0:
        return JSONResponse({"message": "API rate limit exceeded for user ID 1."}, 403)
    token = request.headers.get("authorization", "").partition(" ")[2]
    may = "app" if needs == "app" and _is_app(world, token) else world.tokens.get(token)
    if may in {None, "nothing"}:
        return JSONResponse(NOT_FOUND, 404) if may else JSONResponse(BAD_CREDENTIALS, 401)
    is_barred = bool(world.barred) and world.barred in request.url.path
    if needs == "write" and (may != "write" or is_barred):
        headers = {"x-accepted-github-permissions": "contents=write"}
        said = {"message": "Resource not accessible by integration"}
        return JSONResponse(said, 403, headers=headers)
    return None


def _is_app(world: World, token: str) -> bool:
    try:
        jwt.decode(token, world.app_key, algorithms=["RS256"])
    except jwt.InvalidTokenError:
        return False
    return True


def _installation(world: World, request: Request, _body: Json) -> Response:
    return JSONResponse({"id": INSTALLATION})


def _access_token(world: World, request: Request, body: Json) -> Response:
    if int(request.path_params["id"]) != INSTALLATION:
        return JSONResponse(NOT_FOUND, 404)
    can_write = "write" in body.get("permissions", {"contents": "write"}).values()
    token = f"ghs_{len(world.tokens)}_{'write' if can_write else 'read'}"
    world.tokens[token] = "write" if can_write else "read"
    made = {"token": token, "expires_at": stamp(4_000_000_000), "permissions": body["permissions"]}
    return JSONResponse(made, 201)


def _blame(world: World, request: Request, body: Json) -> Response:
    names = body["variables"]
    try:
        raw = world.git.git(
            "blame", "--line-porcelain", names["ref"].replace("HEAD", "main"), "--", names["path"]
        )
    except GitError:
        return JSONResponse({"data": {"repository": {"object": {"blame": {"ranges": []}}}}})
    ranges: list[Json] = []
    for line in raw.decode().split("\n"):
        words = line.split(" ")
        if len(words[0]) == 40 and len(words) >= 3:
            number = int(words[2])
            if ranges and ranges[-1]["commit"]["oid"] == words[0]:
                ranges[-1]["endingLine"] = number
            else:
                ranges.append(_range(world, words[0], number))
    return JSONResponse({"data": {"repository": {"object": {"blame": {"ranges": ranges}}}}})


def _range(world: World, sha: str, number: int) -> Json:
    commit = world.commit(sha)["commit"]
    author = commit["author"]["name"]
    told = {
        "oid": sha,
        "message": commit["message"],
        "committedDate": commit["committer"]["date"],
        "author": {"name": author, "user": {"login": author}},
    }
    return {"startingLine": number, "endingLine": number, "commit": told}


def _search(world: World, request: Request, _body: Json) -> Response:
    words = [word for word in request.query_params["q"].split() if ":" not in word]
    found = world.git.ask("grep", "-l", "-F", " ".join(words), "main").splitlines()
    items = [
        {
            "path": each.partition(":")[2],
            "sha": world.git.ask("rev-parse", each),
            "html_url": "",
            "repository": world.repository(),
        }
        for each in found
    ]
    return JSONResponse({"total_count": len(items), "items": items})


def _contents(world: World, request: Request, _body: Json) -> Response:
    ref, path = request.query_params.get("ref", "main"), request.path_params["path"]
    mode, kind, sha = world.git.ask("ls-tree", ref, path).split()[:3]
    if kind == "tree":
        return JSONResponse([])
    content = world.git.git("cat-file", "blob", sha)
    told = {
        "type": "symlink" if mode == "120000" else "file",
        "path": path,
        "sha": sha,
        "size": len(content),
        "encoding": "base64",
        "content": base64.encodebytes(content).decode(),
    }
    return JSONResponse(told)


_R = "/repos/{owner}/{name}"
_ALL: list[tuple[str, str, str, Serving]] = [
    ("GET", f"{_R}/installation", "app", _installation),
    ("POST", "/app/installations/{id}/access_tokens", "app", _access_token),
    ("GET", "/search/code", "read", _search),
    ("GET", f"{_R}/contents/{{path:path}}", "read", _contents),
    *(
        ("GET", f"{_R}{path}" if path.startswith("/") else _R, "read", doing)
        for path, doing in LISTS.items()
    ),
    *((verb, f"{_R}{path}", "write", doing) for (verb, path), doing in DOINGS.items()),
]
