"""The refusals of the API, in the shapes and words of a real API server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from infrastructure.lab.cluster.kinds import Kind
from infrastructure.lab.cluster.store import AlreadyExists, Conflict, NotFound, StoreError
from infrastructure.lab.cluster.store_errors import Forbidden

_STALE = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


class ApiError(Exception):
    """A request was refused; `body` is the Status object to answer with."""

    def __init__(
        self, code: int, reason: str, message: str, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.details = details

    @property
    def body(self) -> dict[str, Any]:
        """Return the Status object."""
        status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": str(self),
            "reason": self.reason,
        }
        if self.details is not None:
            status["details"] = self.details
        return {**status, "code": self.code}


class PageNotFound(Exception):  # noqa: N818 - named as the server words it
    """The path names nothing this server knows; answered as plain text."""


@dataclass(frozen=True)
class Cause:
    """One invalid field: its path, the kind of complaint, and the complaint."""

    field: str
    reason: str
    message: str


def missing(field: str, detail: str = "") -> Cause:
    """Complain that a required field is absent."""
    return Cause(field, "FieldValueRequired", f"Required value{': ' + detail if detail else ''}")


def wrong(field: str, value: object, detail: str) -> Cause:
    """Complain about a field's value."""
    return Cause(field, "FieldValueInvalid", f"Invalid value: {_quoted(value)}: {detail}")


def unsupported(field: str, value: object, allowed: tuple[str, ...]) -> Cause:
    """Complain that a value is not one of the allowed ones."""
    names = ", ".join(f'"{name}"' for name in allowed)
    text = f"Unsupported value: {_quoted(value)}: supported values: {names}"
    return Cause(field, "FieldValueNotSupported", text)


def forbidden_field(field: str, detail: str) -> Cause:
    """Complain that a field may not be set or changed."""
    return Cause(field, "FieldValueForbidden", f"Forbidden: {detail}")


def duplicate(field: str, value: object) -> Cause:
    """Complain that a value stands twice in a list."""
    return Cause(field, "FieldValueDuplicate", f"Duplicate value: {_quoted(value)}")


def invalid(kind: Kind, name: str, causes: list[Cause]) -> ApiError:
    """Return 422 for an object with invalid fields."""
    texts = [f"{cause.field}: {cause.message}" for cause in causes]
    whole = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    details = _details(name, kind, as_kind=True)
    details["causes"] = [
        {"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes
    ]
    return ApiError(422, "Invalid", f'{kind.qualified} "{name}" is invalid: {whole}', details)


def bad_request(message: str) -> ApiError:
    """Return 400."""
    return ApiError(400, "BadRequest", message)


def unauthorized() -> ApiError:
    """Return 401."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def forbidden(kind: Kind, name: str, sentence: str) -> ApiError:
    """Return 403; `sentence` says who may not do what."""
    who = f'{kind.resource} "{name}"' if name else kind.resource
    return ApiError(403, "Forbidden", f"{who} is forbidden: {sentence}", _details(name, kind))


def not_found(kind: Kind, name: str) -> ApiError:
    """Return 404 for an object."""
    return ApiError(404, "NotFound", f'{kind.resource} "{name}" not found', _details(name, kind))


def not_acceptable() -> ApiError:
    """Return 406."""
    text = "only the following media types are accepted: application/json"
    return ApiError(406, "NotAcceptable", text)


def method_not_allowed() -> ApiError:
    """Return 405."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message, {})


def unsupported_media_type() -> ApiError:
    """Return 415."""
    return ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})


def too_large(limit_bytes: int) -> ApiError:
    """Return 413."""
    message = f"Request entity too large: limit is {limit_bytes}"
    return ApiError(413, "RequestEntityTooLarge", message)


def expired(message: str) -> ApiError:
    """Return 410: the asked state is no longer kept."""
    return ApiError(410, "Expired", message)


def too_large_version(asked: int, current: int) -> ApiError:
    """Return 504: the asked resourceVersion lies in the future."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return ApiError(
        504,
        "Timeout",
        f"Too large resource version: {asked}, current: {current}",
        {"causes": [cause], "retryAfterSeconds": 1},
    )


def of_store(error: StoreError) -> ApiError:
    """Return the answer for a failure of the store."""
    kind, name = error.kind, error.name
    match error:
        case NotFound():
            return not_found(kind, name)
        case AlreadyExists():
            text = f'{kind.resource} "{name}" already exists'
            return ApiError(409, "AlreadyExists", text, _details(name, kind))
        case Forbidden():
            return forbidden(kind, name, error.detail)
        case Conflict():
            text = f'Operation cannot be fulfilled on {kind.resource} "{name}": {error.detail or _STALE}'
            return ApiError(409, "Conflict", text, _details(name, kind))
        case _:
            return internal(error)


def internal(error: Exception) -> ApiError:
    """Return 500: the server itself failed."""
    cause = {"message": str(error)}
    message = f"Internal error occurred: {error}"
    return ApiError(500, "InternalError", message, {"causes": [cause]})


def _details(name: str, kind: Kind, *, as_kind: bool = False) -> dict[str, Any]:
    details: dict[str, Any] = {"name": name} if name else {}
    if kind.group:
        details["group"] = kind.group
    return {**details, "kind": kind.name if as_kind else kind.plural}


def _quoted(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case dict() | list():
            return json.dumps(value, separators=(",", ":"), sort_keys=True)
        case _:
            return str(value)
