"""The web application: finds the door, asks who comes and whether they may, and answers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from infrastructure.lab.forge.access import Caller, Right, demand
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.doors import (
    about,
    apps,
    blame,
    deployments,
    files,
    history,
    hooks,
    issues,
    lab,
    pulls,
    refs,
    runs,
)
from infrastructure.lab.forge.errors import RefusalError, missing
from infrastructure.lab.forge.forge import Forge

ROOTS: Final = ("/api/v3", "/api", "")
"""Where the API is found: as on GitHub Enterprise (whose GraphQL is below /api), and as on GitHub."""
REPOSITORY: Final = "/repos/{owner}/{repository}"
APP: Final = "app"
"""Who asks with a token that an App signed."""
MAX_BODY_BYTES: Final = 8 * 1024 * 1024
FREE: Final = ("//rate_limit", "//lab/limits")
"""What does not count against the budget."""

ALL_DOORS: Final[tuple[Door, ...]] = (
    *about.DOORS,
    *refs.DOORS,
    *files.DOORS,
    *pulls.DOORS,
    *issues.DOORS,
    *runs.DOORS,
    *deployments.DOORS,
    *blame.DOORS,
    *lab.DOORS,
    *hooks.DOORS,
    *apps.DOORS,
    *history.DOORS,
    *history.LAST_DOORS,
)


def create_app(forge: Forge, more: Iterable[BaseRoute] = ()) -> Starlette:
    """Return the application over a forge, with further routes that need no token."""
    routes = _routes(forge)
    beside = [Route("/ready", _ready), *more]
    return Starlette(
        routes=[*beside, *(Mount(root, routes=routes) for root in ROOTS)],
        exception_handlers={404: _nowhere},
    )


def _routes(forge: Forge) -> list[Route]:
    return [
        Route(_path(door), _Keeper(forge, door).answer, methods=[door.method]) for door in ALL_DOORS
    ]


def _path(door: Door) -> str:
    return door.path[1:] if door.path.startswith("//") else REPOSITORY + door.path


@dataclass(frozen=True)
class _Keeper:
    """Stands at one door."""

    forge: Forge
    door: Door

    async def answer(self, request: Request) -> Response:
        """Answer a request, or say why not."""
        body = await request.body()
        return await run_in_threadpool(self._answer, request, body)

    def _answer(self, request: Request, body: bytes) -> Response:
        headers: dict[str, str] = {}
        try:
            authorization = request.headers.get("authorization")
            caller = self._caller(authorization)
            if self.door.path not in FREE:
                headers = self.forge.limits.take(caller.token)
            demand(caller, self.door.right)
            self._find(request.path_params)
            answer = self.door.handle(
                Call(
                    forge=replace(self.forge, url=f"{request.url.scheme}://{request.url.netloc}"),
                    caller=caller,
                    path=request.path_params,
                    query=dict(request.query_params),
                    url=str(request.url.replace(query="")).rstrip("?"),
                    body=_document(body),
                    authorization=authorization,
                )
            )
        except RefusalError as refusal:
            return JSONResponse(
                refusal.document, refusal.status, headers={**headers, **refusal.headers}
            )
        return _response(answer, headers)

    def _caller(self, authorization: str | None) -> Caller:
        if self.door.is_of_app:  # whether it is the one is for the door to see
            return Caller(APP, APP, Right.NONE)
        return self.forge.access.caller(authorization)

    def _find(self, path: Mapping[str, Any]) -> None:
        if "repository" not in path:
            return
        named = f"{path['owner']}/{path['repository']}"
        if named.lower() != self.forge.full_name.lower():
            raise missing()


def _response(answer: Answer, headers: Mapping[str, str]) -> Response:
    told = {**headers, **answer.headers}
    if answer.document is None:
        return Response(status_code=answer.status, headers=told)
    return JSONResponse(answer.document, answer.status, headers=told)


def _document(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BODY_BYTES:
        raise RefusalError(413, "Request Entity Too Large")
    if not body:
        return {}
    try:
        document = json.loads(body)
    except ValueError:
        raise RefusalError(400, "Problems parsing JSON") from None
    if not isinstance(document, dict):
        raise RefusalError(400, "Body should be a JSON object")
    return document


async def _ready(_request: Request) -> Response:
    return JSONResponse({"status": "ready"})


async def _nowhere(_request: Request, _error: Exception) -> Response:
    return JSONResponse(missing().document, 404)
