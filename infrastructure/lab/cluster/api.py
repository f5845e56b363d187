"""The HTTP server of the cluster: authentication, the audit log, and answers in the API's shapes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from infrastructure.lab.cluster import (
    auth,
    clock,
    discovery,
    dispatch,
    errors,
    podlogs,
    recording,
    rendering,
    targets,
    watching,
)
from infrastructure.lab.cluster.audit import AuditLog
from infrastructure.lab.cluster.auth import Tokens, User
from infrastructure.lab.cluster.calls import Call, Reply
from infrastructure.lab.cluster.errors import ApiError, PageNotFound
from infrastructure.lab.cluster.store import Store, StoreError
from infrastructure.lab.cluster.streams import until

MAX_BODY_BYTES = 3 * 1024 * 1024
_log = structlog.get_logger()

_HEALTH = frozenset({"/healthz", "/readyz", "/livez"})


@dataclass(frozen=True)
class Api:
    """The ASGI application; `closing` ends all streams when it is set."""

    store: Store
    tokens: Tokens
    audit: AuditLog
    state_dir: Path
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        try:
            response = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the outermost loop: one request must not end the cluster
            _log.exception("request_failed", method=scope["method"], path=scope["path"])
            response = _json(500, errors.internal(error).body)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path in _HEALTH:
            return _text(200, "ok")
        try:
            raw = await _body(request)
            return await self._resource(request, path, raw)
        except ApiError as error:
            return _json(error.code, error.body, _retry_after(error))
        except PageNotFound:
            return _text(404, "404 page not found\n", "text/plain; charset=utf-8")

    async def _resource(self, request: Request, path: str, raw: bytes) -> Response:
        """Answer after authentication; whatever becomes of a write, the audit log has it."""
        user, target, query = None, None, dict(request.query_params)
        code, reply = 500, None
        try:
            is_watch = query.get("watch", "0").lower() in {"1", "true", ""}
            if targets.is_resource(path):
                target = targets.parse(request.method, path, is_watch=is_watch)
            user = self.tokens.user(request.headers.get("authorization", ""))
            if target is None:
                return _document(path, request.method)
            auth.authorize(user, target)
            call = _call(request, target, user, query, raw)
            response, reply = await self._carry_out(call)
            code = response.status_code
        except StoreError as error:
            refusal = errors.of_store(error)
            code = refusal.code
            raise refusal from error
        except ApiError as error:
            code = error.code
            raise
        else:
            return response
        finally:
            if target is not None and target.verb in targets.WRITES:
                name = user.name if user else auth.ANONYMOUS
                attempt = recording.Attempt(clock.now(), name, target, query, raw)
                self.audit.append(recording.entry(attempt, code, reply))

    async def _carry_out(self, call: Call) -> tuple[Response, Reply | None]:
        target = call.target
        if target.subresource == "log" and target.verb == "get":
            content = await podlogs.answer(self.store, self.state_dir, call)
            return self._log(content), None
        if target.verb == "watch":
            lines = watching.stream(self.store, call, clock.now)
            return self._stream(lines, "application/json"), None
        reply = dispatch.answer(self.store, call)
        return _json(reply.code, reply.body), reply

    def _log(self, content: bytes | AsyncIterator[bytes]) -> Response:
        if isinstance(content, bytes):
            return Response(content, headers={"content-type": "text/plain"})
        return self._stream(content, "text/plain")

    def _stream(self, lines: AsyncIterator[bytes], content_type: str) -> Response:
        body = until(self.closing, lines)
        return StreamingResponse(body, headers={"content-type": content_type})


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise errors.too_large(MAX_BODY_BYTES)
        parts.append(part)
    return b"".join(parts)


def _call(
    request: Request, target: targets.Target, user: User, query: dict[str, str], raw: bytes
) -> Call:
    is_log = target.subresource == "log"
    accept = request.headers.get("accept", "")
    form = (
        rendering.Form() if is_log else rendering.negotiate(accept, query.get("includeObject", ""))
    )
    return Call(
        target=target,
        user=user,
        query=query,
        content_type=request.headers.get("content-type", ""),
        raw=raw,
        form=form,
        now=clock.now(),
    )


def _document(path: str, method: str) -> Response:
    document = discovery.document(path)
    if document is None or method not in {"GET", "HEAD"}:
        raise PageNotFound(path)
    return _json(200, document)


def _json(code: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    content = text.encode(errors="replace") + b"\n"
    return Response(content, code, headers={"content-type": "application/json", **(headers or {})})


def _retry_after(error: ApiError) -> dict[str, str]:
    """Return the header that says when to try again, if the refusal names a time."""
    seconds = (error.details or {}).get("retryAfterSeconds")
    return {"retry-after": str(seconds)} if seconds else {}


def _text(code: int, text: str, content_type: str = "text/plain") -> Response:
    return Response(text.encode(), code, headers={"content-type": content_type})
