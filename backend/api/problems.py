"""One shape for every error (RFC 9457), and one table that says which error is which status."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from backend.accounts import administration, limits, passwords, people, signing_in, tokens
from backend.api import headers, wrong_fields
from backend.api.walks import WalksBusyError
from backend.clusters import connecting
from backend.clusters.sealing import BrokenSealError
from backend.clusters.toolboxes import ClusterDisconnectedError
from backend.db import approvals, clusters, runs, steering, transitions, verdicts
from backend.db.admission.desk import BusyError
from backend.db.journal import IncidentNotFoundError, UnreadableEventError
from backend.halting import HaltFileError
from backend.intake.alertmanager import MalformedError, NotJsonError
from backend.settings import SettingsError
from sre_agent.domain.errors import TransientError
from sre_agent.domain.steering import UnfitStepError

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


# What was thrown, the status, what it means, and what to do about it.
_TABLE: Mapping[type[Exception], tuple[int, str, str]] = {
    clusters.ClusterNotFoundError: (404, "No such cluster", "List them with GET /api/v1/clusters."),
    clusters.ClusterTakenError: (
        409,
        "There is a cluster of that name",
        "Choose another id, or disconnect that one first: DELETE /api/v1/clusters/{id}.",
    ),
    ClusterDisconnectedError: (
        409,
        "The cluster is disconnected",
        "Connect it again with POST /api/v1/clusters.",
    ),
    connecting.OwnClusterError: (
        409,
        "The installation's own cluster cannot be disconnected here",
        "It is described by .env: change CLUSTER_ID and the addresses there, and start again.",
    ),
    connecting.ClusterBusyError: (
        409,
        "A repair is under way in the cluster",
        "Wait until the incidents that `detail` names are verified, or cancel them.",
    ),
    connecting.ConnectionRefusedByCheckError: (
        422,
        "The cluster was not connected: a server did not pass its check",
        "Correct what `checks` names and send again; nothing was stored.",
    ),
    BrokenSealError: (
        503,
        "The tokens of the cluster cannot be read",
        "Put the SECRETS_KEY they were encrypted with behind the new one, or connect it again.",
    ),
    SettingsError: (503, "A setting is missing", "Set what `detail` names in .env, start again."),
    IncidentNotFoundError: (404, "No such incident", "List them with GET /api/v1/incidents."),
    approvals.ApprovalNotFoundError: (
        404,
        "Nothing waits for approval",
        "See what the incident is doing with GET /api/v1/incidents/{id}.",
    ),
    approvals.NotAnApproverError: (
        403,
        "Your role does not decide",
        "Use a token with the role approver or admin.",
    ),
    approvals.ApprovalClosedError: (
        409,
        "Already decided",
        "A decision stands; a new plan would be a new request.",
    ),
    approvals.PlanChangedError: (
        409,
        "The plan is another one by now",
        "Look at it again with GET /api/v1/incidents/{id}/plan and decide on that.",
    ),
    UnreadableEventError: (
        500,
        "The log of this incident was changed outside the platform",
        "GET /api/v1/audit/verify?incident={id} names the place; the events before it can be read.",
    ),
    verdicts.NothingToJudgeError: (
        409,
        "There is no cause to judge",
        "Send wrong with actual_class and actual_object, or wait for a diagnosis.",
    ),
    verdicts.UnfitVerdictError: (
        422,
        "The verdict cannot be",
        "See what was named with GET /api/v1/incidents/{id}/causes.",
    ),
    steering.WrongStateError: (
        409,
        "The state of the incident does not allow it",
        "See where it stands with GET /api/v1/incidents/{id}; `detail` says what can be done.",
    ),
    UnfitStepError: (
        422,
        "That cannot be done with this incident",
        "Correct what `detail` names and send again.",
    ),
    runs.ServiceTakenError: (
        409,
        "The service has another open incident",
        "Go on in the open incident that `detail` names.",
    ),
    transitions.IncidentEndedError: (
        409,
        "The incident has ended",
        "POST /api/v1/incidents/{id}/reinvestigate begins a new run.",
    ),
    HaltFileError: (
        500,
        "The switch was thrown, but its file could not be changed",
        "Make or remove MCP_HALT_FILE by hand: it stops grants that were minted before a halt.",
    ),
    signing_in.WrongPasswordError: (
        401,
        "That is not right",
        "Try again; an administrator can give you a new password.",
    ),
    signing_in.PresentPasswordError: (
        422,
        "The present password is another",
        "An administrator can give you a new password.",
    ),
    signing_in.ShutOutError: (
        403,
        "You may not come in",
        "Ask an administrator; `sre-agent users` is theirs to use.",
    ),
    limits.TooManyAttemptsError: (
        429,
        "Too many attempts",
        "Wait as long as Retry-After says; until then nothing is looked at.",
    ),
    passwords.WeakPasswordError: (
        422,
        "The password will not do",
        "Take 12 to 256 characters that are not the name, such as five random words.",
    ),
    people.InvalidNameError: (422, "Nobody can be called that here", "Choose another name."),
    people.NameTakenError: (409, "The name is taken", "Choose another name."),
    people.NoSuchUserError: (404, "No such user", "List them with GET /api/v1/users."),
    administration.LastAdminError: (
        409,
        "Somebody has to stay administrator",
        "Make somebody else an administrator first.",
    ),
    administration.RoleAboveOwnError: (
        403,
        "The role is above your own",
        "Ask somebody who has it.",
    ),
    tokens.NoSuchTokenError: (404, "No such token", "List them with GET /api/v1/tokens."),
    tokens.MadeByTokenError: (
        403,
        "Tokens make no tokens",
        "Sign in and make it yourself, or use a token of API_TOKENS.",
    ),
    tokens.ExpiredAlreadyError: (
        422,
        "The token would be over already",
        "Send an expires_at in the future, or none.",
    ),
    tokens.ExpiresTooLateError: (
        422,
        "The token would be good for too long",
        "Send an expires_at within ten years, or none.",
    ),
    NotJsonError: (400, "The body is not JSON", "Send what Alertmanager's webhook sends."),
    BusyError: (503, "Too many webhooks wait", "Send again in some seconds; nothing was recorded."),
    WalksBusyError: (
        503,
        "Other logs are being verified",
        "Ask again in some seconds.",
    ),
    TransientError: (
        503,
        "Not now",
        "Send again in some seconds; nothing was recorded. See GET /ready.",
    ),
    sa.exc.OperationalError: (
        503,
        "The database does not answer",
        "See GET /ready; `sre-agent doctor` says how to mend it.",
    ),
    sa.exc.InterfaceError: (
        503,
        "The connection to the database was lost",
        "See GET /ready; `sre-agent doctor` says how to mend it.",
    ),
    sa.exc.TimeoutError: (503, "The database is busy", "Try again in some seconds."),
}


def install(app: FastAPI) -> None:
    """Give every error of the application its shape."""
    for kind in _TABLE:
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
    kind = next(kind for kind in type(error).__mro__ if kind in _TABLE)
    status, title, hint = _TABLE[kind]
    hint = hint.replace("{id}", request.path_params.get("incident_id", "{id}"))
    body: dict[str, Any] = {"title": title, "hint": hint}
    if isinstance(error, approvals.ApprovalClosedError):
        body["decision"] = error.decision.model_dump(mode="json")
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
    faults = ((".".join(map(str, item["loc"][1:])), item["msg"]) for item in error.errors())
    return respond(422, _wrong_fields(faults))


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
