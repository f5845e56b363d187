"""From an application's routes to the document, with what FastAPI does not know of them."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

from backend.actors import Role
from backend.api.auth import Requires, know
from backend.api.document import change_intake, examples, intake, prose, refusals, security

TITLE = "SRE agent platform"

Json = dict[str, Any]


def install(app: FastAPI) -> None:
    """Have the application answer `/openapi.json` with its document."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # the way FastAPI documents


def describe(app: FastAPI) -> Json:
    """Return the document of all routes that are in it."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=prose.ABOUT,
        tags=prose.TAGS,
        routes=app.routes,
    )
    for operation, method, route in operations(document, app):
        role = role_of(route)
        prose.tell(operation, role)
        security.guard(operation, role, method)
        refusals.complete(operation, route.path_format or "", method, role)
    document["paths"][intake.PATH] = intake.OPERATIONS
    document["paths"].update(change_intake.PATHS)
    components = document.setdefault("components", {})
    components["responses"] = refusals.RESPONSES
    components["securitySchemes"] = security.SCHEMES
    refusals.put_schemas(components["schemas"])
    components["schemas"].update(change_intake.schemas())
    examples.put(document)
    return document


def operations(document: Json, app: FastAPI) -> Iterator[tuple[Json, str, RouteContext]]:
    """Yield every operation of the document with its method and the route it is made from."""
    for route in iter_route_contexts(app.routes):
        ways = document["paths"].get(route.path_format, {})
        for method in route.methods or ():
            if method.lower() in ways:
                yield ways[method.lower()], method.lower(), route


def role_of(route: RouteContext) -> Role | None:
    """Return the role that a route asks for, or None when it is open to all."""
    return next(_roles(route.dependant), None)


def _roles(dependant: Dependant) -> Iterator[Role]:
    if isinstance(dependant.call, Requires):
        yield dependant.call.role
    elif dependant.call is know:
        yield Role.VIEWER
    for inner in dependant.dependencies:
        yield from _roles(inner)
