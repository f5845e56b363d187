"""One shape for every error (RFC 9457)."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from backend.accounts import limits
from backend.api import headers, wrong_fields
from backend.api.problem_table import TABLE
from backend.clusters import connecting
from backend.db import approvals
from backend.intake.refusals import MalformedError
from backend.settings.common import SettingsError
from sre_agent.domain.steering import UnfitArgumentsError

_log = structlog.get_logger()


# No browser asks for a password by itself because of `Bearer`.
_HEADERS: Mapping[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "2"},
}


class ProblemError(Exception):
    """A refusal that is already in the shape of its answer."""

    def __init__(
        self, status: int, title: str, hint: str, *, detail: str = "", **more: Any
    ) -> None:
        self.status = status
        self.body: dict[str, Any] = {"title": title, "hint": hint, "detail": detail, **more}
        self.headers = _HEADERS.get(status, {})
        super().__init__(title)


def install(app: FastAPI) -> None:
    """Give every error of the application its shape."""
    for kind in TABLE:
        app.add_exception_handler(kind, _from_table)
    app.add_exception_handler(ProblemError, _from_problem)
    app.add_exception_handler(MalformedError, _from_malformed)
    app.add_exception_handler(RequestValidationError, _from_request_validation)
    app.add_exception_handler(HTTPException, _from_http)
    app.add_exception_handler(Exception, _from_crash)


def respond(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return the answer that tells of a problem."""
    return JSONResponse(
        {"type": "about:blank", "status": status, **body},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def _from_table(request: Request, error: Exception) -> JSONResponse:
    kind = next(kind for kind in type(error).__mro__ if kind in TABLE)
    status, title, hint = TABLE[kind]
    hint = hint.replace("{id}", request.path_params.get("incident_id", "{id}"))
    body: dict[str, Any] = {"title": title, "hint": hint}
    if isinstance(error, approvals.ApprovalClosedError):
        body["decision"] = error.decision.model_dump(mode="json")
    if isinstance(error, UnfitArgumentsError):
        places = ((f"arguments.{name}", fault) for name, fault in error.faults)
        body["errors"] = wrong_fields.tell(places)["errors"]
    if isinstance(error, connecting.ConnectionRefusedByCheckError):
        body |= {"code": "connection_check_failed", "checks": error.told}
    if status >= 500 and not isinstance(error, SettingsError):
        _log.warning("request_refused", path=request.url.path, reason=str(error))
    else:
        body["detail"] = str(error)
    return respond(status, body, _headers(status, error))


def _headers(status: int, error: Exception) -> dict[str, str]:
    if isinstance(error, limits.TooManyAttemptsError):
        return {"Retry-After": str(error.retry_after_s)}
    return _HEADERS.get(status, {})


def _from_problem(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ProblemError):
        raise error
    return respond(error.status, error.body, error.headers)


def _from_malformed(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, MalformedError):
        raise error
    return respond(422, _wrong_fields((item.field, item.message) for item in error.problems))


def _from_request_validation(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    return respond(422, _wrong_fields(map(_fault, error.errors())))


def _fault(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return a field's place and what is wrong with it; a body that is no JSON has no fields."""
    match item:
        case {"type": "json_invalid", "loc": ("body", int(character)), "ctx": {"error": error}}:
            return "body", f"is no JSON: {error}, at character {character}"
        case _:
            return ".".join(map(str, item["loc"][1:])), str(item["msg"])


def _wrong_fields(faults: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"title": wrong_fields.TITLE, "hint": wrong_fields.HINT, **wrong_fields.tell(faults)}


def _from_http(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    hint = "The routes are listed at GET /openapi.json."
    return respond(error.status_code, {"title": str(error.detail), "hint": hint}, error.headers)


def _from_crash(request: Request, error: Exception) -> JSONResponse:
    _log.error("request_crashed", path=request.url.path, exc_info=error)
    hint = "This is a mistake of the platform's; its log has the trace."
    return respond(500, {"title": "Something went wrong here", "hint": hint}, headers.DATA)
