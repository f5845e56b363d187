"""Every route there is, and the application that has them and nothing else yet."""

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route
from starlette.types import Lifespan

from backend import VERSION
from backend.api import (
    asking,
    auditing,
    autonomy,
    braking,
    change_webhook,
    changes,
    decided,
    deciding,
    document,
    exporting,
    github_webhook,
    learning,
    metrics,
    model_use,
    operating,
    problems,
    queueing,
    reading,
    runbooks,
    slos,
    steering,
    switching,
    webhook,
)
from backend.api.accounts import signing_in, tokens, users
from backend.api.cleanliness import refuse_unstorable
from backend.api.clusters import routes as clusters
from backend.api.live import sockets

PARTS = (
    reading,
    decided,
    deciding,
    steering,
    learning,
    asking,
    auditing,
    exporting,
    operating,
    switching,
    braking,
    changes,
    queueing,
    runbooks,
    slos,
    autonomy,
    metrics,
    model_use,
    clusters,
    signing_in,
    users,
    tokens,
)


def new_app(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Return an application with all routes, the shape of errors, and the document of both."""
    app = FastAPI(
        title=document.TITLE,
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # It would lead to whatever host the request names.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    problems.install(app)
    for sent in (webhook, change_webhook, github_webhook):
        app.router.routes.append(Route(sent.PATH, sent.receive, methods=["POST"]))
    for part in PARTS:
        app.include_router(part.router, dependencies=[Depends(refuse_unstorable)])
    app.include_router(sockets.router)
    document.install(app)
    return app


def _operation_id(route: APIRoute) -> str:
    """Return the name of a route's function as a client spells it: `list_incidents` listIncidents."""
    first, *rest = route.name.split("_")
    return first + "".join(part.title() for part in rest)
