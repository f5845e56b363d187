"""How routes refuse: one shape, and which refusals each route has."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.actors import Role
from sre_agent.domain.ruling import Decision

_MEDIA = "application/problem+json"
_REFS = "#/components/schemas/"


class FieldProblem(BaseModel):
    """A field of the request, and what is wrong with it."""

    field: str
    message: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457).

    `title` says what is wrong and `hint` what to do about it; `detail` is about this request.
    `errors` names wrong fields, `decision` the one that stands, `checks` what is not ready, `code`
    the reason in one word where programs may tell several apart.
    """

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    hint: str
    detail: str | None = None
    errors: list[FieldProblem] | None = None
    decision: Decision | None = None
    checks: dict[str, str] | None = None
    code: str | None = None


def _problem(status: int, title: str, hint: str, **more: Any) -> dict[str, Any]:
    return {"type": "about:blank", "status": status, "title": title, "hint": hint, **more}


_EXAMPLES: dict[int, dict[str, Any]] = {
    400: _problem(400, "The body is not JSON", "Send what Alertmanager's webhook sends."),
    401: _problem(401, "Who are you?", "Sign in, or send `Authorization: Bearer <token>`."),
    403: _problem(
        403,
        "Your role does not allow this",
        "Use a token with the role approver or above.",
        detail="pager is responder",
    ),
    404: _problem(
        404,
        "No such incident",
        "List them with GET /api/v1/incidents.",
        detail="there is no incident inc-9",
    ),
    409: _problem(
        409,
        "Already decided",
        "A decision stands; a new plan would be a new request.",
        detail="already rejected by ada at 2026-03-01T12:04:09+00:00",
    ),
    413: _problem(413, "The body is too large", "Send at most 1048576 bytes."),
    415: _problem(415, "Only JSON is read here", "Send Content-Type: application/json."),
    422: _problem(
        422,
        "A field is missing or wrong",
        "Correct the fields named under `errors` and send again.",
        detail="reason: Field required",
        errors=[{"field": "reason", "message": "Field required"}],
    ),
    429: _problem(429, "Too many attempts", "Try again after the seconds in Retry-After."),
    503: _problem(
        503, "Not now", "Send again in some seconds; nothing was recorded. See GET /ready."
    ),
}

_SAID = {
    400: "The request cannot be read",
    401: "No credentials, or none that are known",
    403: "Known, but not allowed: the role is too low, or the CSRF token is missing",
    404: "No such thing in the caller's organization",
    409: "The present state does not allow it",
    413: "The body is too large",
    415: "Another media type than JSON",
    422: "A field is missing or wrong",
    429: "Tried too often; `Retry-After` says when it may be tried again",
    503: "A part that this needs does not answer; `Retry-After` says when to try again",
}

_RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _response(status: int) -> dict[str, Any]:
    content = {"schema": {"$ref": f"{_REFS}Problem"}, "example": _EXAMPLES[status]}
    headers = {"headers": _RETRY_AFTER} if status in {429, 503} else {}
    return {"description": _SAID[status], **headers, "content": {_MEDIA: content}}


RESPONSES = {_name(status): _response(status) for status in _EXAMPLES}
"""The refusals, for operations to refer to."""


def refer(*statuses: int) -> dict[str, dict[str, str]]:
    """Return these refusals as an operation lists them."""
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in statuses}


def complete(operation: dict[str, Any], path: str, method: str, role: Role | None) -> None:
    """Add the refusals a route has by its nature, and give those it names itself their shape."""
    responses = operation["responses"]
    named = {int(status) for status in responses if status.isdigit() and int(status) >= 400}
    if role is not None:
        named |= {401, 503}
        if method != "get" or role is not Role.VIEWER:
            named |= {403}
    if "{" in path:
        named |= {404}
    if operation.get("parameters") or operation.get("requestBody"):
        named |= {422}
    if "requestBody" in operation:
        named |= {413}
    answers = {status: answer for status, answer in responses.items() if int(status) < 400}
    operation["responses"] = {**answers, **refer(*sorted(named))}


def put_schemas(schemas: dict[str, Any]) -> None:
    """Put the shape of errors among the schemas, instead of FastAPI's own."""
    made = Problem.model_json_schema(ref_template=f"{_REFS}{{model}}")
    schemas.update(made.pop("$defs"))
    schemas["Problem"] = made
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
