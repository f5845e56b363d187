"""Notion's public API as far as it is read here, in the shapes of version 2025-09-03."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import quick_server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]

VERSION = "2025-09-03"
TOKEN = "ntn_tests_0123456789"  # noqa: S105 - opens nothing but a test
DATABASE = "1f0d2c6a-9a51-4f7e-8f55-0c4d3f8a0001"
DATA_SOURCE = "1f0d2c6a-9a51-4f7e-8f55-0c4d3f8a0002"
EDITED = "2026-11-01T10:00:00.000Z"


@dataclass
class Workspace:
    """What the server holds, how it behaves, and what it was asked."""

    pages: list[Json] = field(default_factory=list)
    children: dict[str, list[Json]] = field(default_factory=dict)
    largest_page: int = 100
    busy: list[Response] = field(default_factory=list)
    """Answers given before any true one, one for each request."""

    asked: list[str] = field(default_factory=list)


def error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    body = {
        "object": "error",
        "status": status,
        "code": code,
        "message": message,
        "request_id": str(uuid.uuid4()),
    }
    return JSONResponse(body, status_code=status, headers=headers)


def rate_limited(retry_after: str | None = None) -> Response:
    headers = {"Retry-After": retry_after} if retry_after is not None else None
    message = "You have been rate limited. Please try again in a few minutes."
    return error(429, "rate_limited", message, headers)


@asynccontextmanager
async def serving(workspace: Workspace) -> AsyncIterator[str]:
    """Serve a workspace and yield the URL that takes the place of Notion's own."""
    async with quick_server.serving(_app(workspace), lifespan="off") as url:
        yield url


def _app(workspace: Workspace) -> Starlette:
    async def database(request: Request) -> Response:
        id_ = request.path_params["id"]
        known = _known(workspace, request, "database", {DATABASE})
        return known or JSONResponse(
            {
                "object": "database",
                "id": _dashed(id_),
                "title": [text("Runbooks")],
                "in_trash": False,
                "data_sources": [{"id": DATA_SOURCE, "name": "Runbooks"}],
            }
        )

    async def query(request: Request) -> Response:
        asked = await request.json()
        refusal = _known(workspace, request, "data_source", {DATA_SOURCE})
        return refusal or _listed(workspace, workspace.pages, asked, "page_or_data_source")

    async def children(request: Request) -> Response:
        refusal = _known(workspace, request, "block", set(workspace.children))
        if refusal:
            return refusal
        items = workspace.children[_dashed(request.path_params["id"])]
        return _listed(workspace, items, dict(request.query_params), "block")

    return Starlette(
        routes=[
            Route("/v1/databases/{id}", database, methods=["GET"]),
            Route("/v1/data_sources/{id}/query", query, methods=["POST"]),
            Route("/v1/blocks/{id}/children", children, methods=["GET"]),
        ]
    )


def _known(workspace: Workspace, request: Request, kind: str, ids: set[str]) -> Response | None:
    """Return why a request cannot be answered, or None when it can."""
    refusal = _refusal(workspace, request) or _not_uuid(request, f"{kind}_id")
    if refusal:
        return refusal
    id_ = _dashed(request.path_params["id"])
    return None if id_ in ids else _not_found(kind, id_)


def _refusal(workspace: Workspace, request: Request) -> Response | None:
    workspace.asked.append(f"{request.method} {request.url.path}")
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return error(401, "unauthorized", "API token is invalid.")
    if request.headers.get("notion-version") != VERSION:
        return error(400, "missing_version", "Notion-Version header should be defined.")
    return workspace.busy.pop(0) if workspace.busy else None


def _not_uuid(request: Request, name: str) -> Response | None:
    try:
        uuid.UUID(request.path_params["id"])
    except ValueError:
        given = request.path_params["id"]
        message = (
            f'path failed validation: path.{name} should be a valid uuid, instead was `"{given}"`.'
        )
        return error(400, "validation_error", message)
    return None


def _not_found(kind: str, id_: str) -> Response:
    message = (
        f"Could not find {kind} with ID: {id_}. Make sure the relevant pages and databases are "
        "shared with your integration."
    )
    return error(404, "object_not_found", message)


def _listed(workspace: Workspace, items: list[Json], asked: Json, kind: str) -> Response:
    """Return one page of a list; a cursor is the id of the item it begins with."""
    size = int(asked.get("page_size", 100))
    if not 1 <= size <= 100:
        message = "body failed validation: body.page_size should be ≤ `100`"
        return error(400, "validation_error", message)
    ids = [item["id"] for item in items]
    cursor = asked.get("start_cursor")
    if cursor is not None and cursor not in ids:
        message = f"The start_cursor provided is invalid: {cursor}"
        return error(400, "validation_error", message)
    first = ids.index(cursor) if cursor else 0
    last = first + min(size, workspace.largest_page)
    return JSONResponse(
        {
            "object": "list",
            "results": items[first:last],
            "next_cursor": ids[last] if last < len(ids) else None,
            "has_more": last < len(ids),
            "type": kind,
            kind: {},
            "request_id": str(uuid.uuid4()),
        }
    )


def _dashed(id_: str) -> str:
    return str(uuid.UUID(id_))


def text(content: str, *, href: str | None = None, **annotations: bool) -> Json:
    """Return one span of rich text."""
    marks = dict.fromkeys(("bold", "italic", "strikethrough", "underline", "code"), False)
    return {
        "type": "text",
        "text": {"content": content, "link": {"url": href} if href else None},
        "annotations": {**marks, "color": "default", **annotations},
        "plain_text": content,
        "href": href,
    }


def page(title: str, properties: Json | None = None, **fields: Any) -> Json:
    """Return a page of the database."""
    id_ = str(uuid.uuid4())
    named = {
        "Name": {"id": "title", "type": "title", "title": [text(title)] if title else []},
        **(properties or {}),
    }
    return {
        "object": "page",
        "id": id_,
        "created_time": EDITED,
        "last_edited_time": EDITED,
        "archived": False,
        "in_trash": False,
        "parent": {
            "type": "data_source_id",
            "data_source_id": DATA_SOURCE,
            "database_id": DATABASE,
        },
        "properties": named,
        "url": f"https://www.notion.so/{title.replace(' ', '-')}-{id_.replace('-', '')}",
        "public_url": None,
        **fields,
    }


def block(kind: str, body: Json, *, has_children: bool = False) -> Json:
    """Return a block."""
    return {
        "object": "block",
        "id": str(uuid.uuid4()),
        "parent": {"type": "page_id", "page_id": str(uuid.uuid4())},
        "created_time": EDITED,
        "last_edited_time": EDITED,
        "has_children": has_children,
        "archived": False,
        "in_trash": False,
        "type": kind,
        kind: body,
    }


def words(kind: str, content: str, *, has_children: bool = False, **body: Any) -> Json:
    """Return a block that holds rich text."""
    rich = {"rich_text": [text(content)], "color": "default", **body}
    return block(kind, rich, has_children=has_children)


def rich(*contents: str) -> Json:
    return {"id": "a", "type": "rich_text", "rich_text": [text(item) for item in contents]}


def select(name: str | None) -> Json:
    option = {"id": "x", "name": name, "color": "red"} if name else None
    return {"id": "b", "type": "select", "select": option}


def multi_select(*names: str) -> Json:
    options = [{"id": name, "name": name, "color": "blue"} for name in names]
    return {"id": "c", "type": "multi_select", "multi_select": options}


def date(start: str | None) -> Json:
    value = {"start": start, "end": None, "time_zone": None} if start else None
    return {"id": "d", "type": "date", "date": value}


def people(*names: str) -> Json:
    found = [
        {"object": "user", "id": str(uuid.uuid4()), "type": "person", "name": name}
        for name in names
    ]
    return {"id": "e", "type": "people", "people": found}
