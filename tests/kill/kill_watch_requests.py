"""Watch what a worker sends to the signer and to MCP servers, and what comes back."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import httpx2
from kill_borders import Borders


def watch(borders: Borders) -> None:
    """Watch what is sent to the signer and to MCP servers, and what comes back."""
    clients: tuple[Any, ...] = (httpx.AsyncClient, httpx2.AsyncClient)
    for client in clients:
        client.send = _watched(client.send, borders, _asked_over_http)


def _asked_over_http(request: Any) -> str | None:
    """Return what a request is called: by the MCP tool and how it is called, or by its path."""
    path = request.url.path
    if path != "/mcp":
        return f"ask[{path.strip('/')}]" if request.method == "POST" else None
    try:
        said = json.loads(request.content)
        asked = said["params"]
    except (ValueError, KeyError, TypeError):
        return None
    if said.get("method") != "tools/call":
        return None
    if asked["arguments"].get("dry_run"):
        return "ask[rehearse]"
    has_grant = any(key.endswith("/grant") for key in asked.get("_meta", {}))
    return "ask[write]" if has_grant else f"ask[{asked['name']}]"


def _watched(
    send: Callable[..., Awaitable[Any]], borders: Borders, name_of: Callable[[Any], str | None]
) -> Callable[..., Awaitable[Any]]:
    async def watched(self: Any, request: Any, **options: Any) -> Any:
        name = name_of(request)
        if name is None:
            return await send(self, request, **options)
        with borders.around(name):
            return await send(self, request, **options)

    return watched
