"""Watch the requests that a server gets, and its answers to them."""

from typing import Any

from kill_borders import Borders
from starlette.applications import Starlette


def watch(borders: Borders) -> None:
    """Watch the requests that a server gets, and its answers to them."""
    serve = Starlette.__call__

    async def watched(self: Any, scope: Any, receive: Any, send: Any) -> None:
        name = _served(scope)
        if name is None:
            await serve(self, scope, receive, send)
            return

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                borders.cross(name, "before")
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                borders.cross(name, "after")

        borders.cross(name, "received")
        await serve(self, scope, receive, sending)

    Starlette.__call__ = watched  # type: ignore[method-assign]


def _served(scope: Any) -> str | None:
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    return f"answer[{scope['path'].strip('/').rpartition('/')[2]}]"
