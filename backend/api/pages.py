"""The war room's built files on the API's own port: one page for every address, and its assets."""

import mimetypes
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.api import headers
from backend.api.unbuilt import UNBUILT

_PACKAGE: Final = Path(__file__).resolve().parents[1]
IN_WHEEL: Final = _PACKAGE / "dashboard_files"
"""Where the wheel carries the built files."""
IN_CHECKOUT: Final = _PACKAGE.parent / "dashboard" / "dist"
"""Where a clone of the repository builds them."""

_INDEX: Final = "index.html"
_ASSETS: Final = "assets"
_MACHINES: Final = frozenset(
    {"api", "ws", "webhook", "health", "ready", "openapi.json", "metrics", "docs", "redoc"}
)
"""First parts of paths that programs ask for: to them a page would be no answer."""
_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"


class Pages:
    """Answers what no route answers: a file of the build, or the page itself.

    The folder is looked for at every request, so that a build made later is served at once.
    """

    def __init__(self, folder: Path | None, otherwise: ASGIApp) -> None:
        """Serve from `folder`, or from where a build usually is; leave the rest to `otherwise`."""
        self._folders = (folder,) if folder else (IN_WHEEL, IN_CHECKOUT)
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that no route took."""
        parts = [part for part in str(scope["path"]).split("/") if part]
        if scope["type"] != "http" or (parts and parts[0] in _MACHINES):
            await self._otherwise(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        answer = await self._answer(parts, scope)
        await answer(scope, receive, send)

    async def _answer(self, parts: list[str], scope: Scope) -> Response:
        folder = self._built()
        if _is_file(parts):
            if folder is None:
                raise HTTPException(404)
            answer = await _file(folder, "/".join(parts), scope)
            is_hashed = parts[0] == _ASSETS
            answer.headers["cache-control"] = _FOREVER if is_hashed else _ASK_AGAIN
            return answer
        if folder is None:
            answer = HTMLResponse(UNBUILT, status_code=503, headers={"Retry-After": "30"})
        else:
            answer = await _file(folder, _INDEX, scope)
        answer.headers.update(headers.PAGE)
        answer.headers["cache-control"] = _ASK_AGAIN
        return answer

    def _built(self) -> Path | None:
        return next((place for place in self._folders if (place / _INDEX).is_file()), None)


def _is_file(parts: list[str]) -> bool:
    """Say whether a file is asked for: an asset, or something like `/favicon.ico`."""
    return bool(parts) and (parts[0] == _ASSETS or (len(parts) == 1 and "." in parts[0]))


async def _file(folder: Path, path: str, scope: Scope) -> Response:
    """Return a file of the folder, packed if the build packed it and the browser takes it so."""
    files = StaticFiles(directory=folder, check_dir=False)
    answer = await files.get_response(path, scope)
    if _takes_gzip(Headers(scope=scope)) and (folder / f"{path}.gz").is_file():
        answer = await files.get_response(f"{path}.gz", scope)
        answer.headers["content-type"] = _type_of(path)
        answer.headers["content-encoding"] = "gzip"
    answer.headers["vary"] = "Accept-Encoding"
    return answer


def _type_of(path: str) -> str:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _takes_gzip(asked: Headers) -> bool:
    offers = (offer.strip() for offer in asked.get("accept-encoding", "").split(","))
    return any(
        name.strip() == "gzip" and weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00")
        for name, _, weight in (offer.partition(";") for offer in offers)
    )
