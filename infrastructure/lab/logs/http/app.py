"""The routes, and errors as the plain text that Loki sends."""

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from infrastructure.lab.logs.http import catalogue, queries
from infrastructure.lab.logs.http.errors import BadRequestError
from infrastructure.lab.logs.http.params import Form
from infrastructure.lab.logs.http.push import push
from infrastructure.lab.logs.logql.errors import QueryError
from infrastructure.lab.logs.store import Store

VERSION: Final = "3.7.6"
MAX_BODY_BYTES: Final = 4 * 1024 * 1024
_BUILD = {
    "version": VERSION,
    "revision": "",
    "branch": f"v{VERSION}",
    "buildUser": "",
    "buildDate": "",
    "goVersion": "",
}
_API = "/loki/api/v1"
Answer = Callable[[Store, Form], dict[str, Any]]


def _json(content: object, media_type: str = "application/json; charset=UTF-8") -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # A pushed line may hold half of a surrogate pair, which UTF-8 cannot write.
    return Response(body.encode(errors="replace"), headers={"content-type": media_type})


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise BadRequestError("request body too large\n")
    return body


async def _form(request: Request) -> Form:
    form = parse_qs(request.url.query)
    if request.method == "POST":
        for name, values in parse_qs((await _body(request)).decode(errors="replace")).items():
            form[name] = [*values, *form.get(name, ())]
    return form


async def _refused(_request: Request, err: Exception) -> Response:
    return PlainTextResponse(str(err).encode(errors="replace"), 400)


async def _too_deep(_request: Request, _err: Exception) -> Response:
    return PlainTextResponse("parse error : query is nested too deeply", 400)


async def _not_found(_request: Request, _err: Exception) -> Response:
    return PlainTextResponse("404 page not found\n", 404)


async def _ready(_request: Request) -> Response:
    return PlainTextResponse("ready\n")


async def _buildinfo(_request: Request) -> Response:
    return _json(_BUILD, "application/json")


def create_app(store: Store) -> Starlette:
    """Return the application over a store."""

    def asked(path: str, answer: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            return _json(answer(store, await _form(request)))

        return Route(f"{_API}{path}", endpoint, methods=["GET", "POST"])

    async def values(request: Request) -> Response:
        name = request.path_params["name"]
        return _json(catalogue.label_values(store, await _form(request), name))

    async def pushed(request: Request) -> Response:
        push(store, await _body(request))
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/ready", _ready),
            Route(f"{_API}/status/buildinfo", _buildinfo),
            asked("/query_range", queries.query_range),
            asked("/query", queries.query_instant),
            asked("/labels", catalogue.label_names),
            asked("/series", catalogue.series),
            asked("/index/stats", catalogue.index_stats),
            Route(f"{_API}/label/{{name}}/values", values, methods=["GET", "POST"]),
            Route(f"{_API}/push", pushed, methods=["POST"]),
        ],
        exception_handlers={
            404: _not_found,
            BadRequestError: _refused,
            QueryError: _refused,
            RecursionError: _too_deep,
        },
    )
