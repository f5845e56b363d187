"""A system that answers every question with the same hostile body, and counts who asked."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


@dataclass
class Liar:
    """Serves one body, with these headers and this status, at every path; an endless one is repeated."""

    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    times: int = 1
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The path and the Authorization of each request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        request = Request(scope, receive)
        await request.body()
        self.asked.append((request.url.path, request.headers.get("authorization", "")))
        head = Response(status_code=self.status, headers=self.headers, media_type="text/plain")
        raw = [(name, value) for name, value in head.raw_headers if name != b"content-length"]
        raw = [pair for pair in raw if pair[0] != b"content-type"]
        raw.append((b"content-type", b"application/json"))
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        for _ in range(self.times):
            await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
