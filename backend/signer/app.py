"""The signer's HTTP skin: one route that mints, one that says it is alive."""

import hmac
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import sqlalchemy as sa
import structlog
from pydantic import BaseModel, Field, SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from backend.db.journal import IncidentNotFoundError
from backend.signer.keys import KeyUnusableError
from backend.signer.mint import Mint
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.safety.grants import GrantRefusedError

_BODY_MAX_BYTES = 4096

_log = structlog.get_logger()


Id = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
"""Of what the database can hold."""


class Wanted(BaseModel):
    """A request for a grant. Nothing in it is taken as evidence of anything."""

    incident_id: Id
    action_id: Id


Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_app(mint: Mint, bearer: SecretStr, lifespan: Lifespan | None = None) -> Starlette:
    """Return the application; callers must send `bearer`. `lifespan` is what goes on beside it."""

    async def grants(request: Request) -> JSONResponse:
        if not _is_known(request, bearer):
            return _refuse(HTTPStatus.UNAUTHORIZED, "unauthenticated", "send SIGNER_TOKEN")
        body = await request.body()
        try:
            wanted = Wanted.model_validate_json(body[:_BODY_MAX_BYTES])
        except ValidationError:
            reason = "the body needs incident_id and action_id"
            return _refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "malformed", reason)
        return await _mint(mint, wanted)

    async def health(_request: Request) -> JSONResponse:
        async with mint.engine.connect() as connection:
            await connection.execute(sa.text("SELECT FROM grants LIMIT 1"))
        if mint.policy.fault is not None:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return _refuse(status, "policy_unloadable", mint.policy.fault)
        key = mint.key.signing(mint.clock.now())
        return JSONResponse({"status": "alive", "key_id": key.id})

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/grants", grants, methods=["POST"]),
            Route("/health", health, methods=["GET"]),
        ],
        exception_handlers={
            sa.exc.SQLAlchemyError: _unavailable,
            KeyUnusableError: _keyless,
        },
    )


async def _mint(mint: Mint, wanted: Wanted) -> JSONResponse:
    facts = {"incident_id": wanted.incident_id, "action_id": wanted.action_id}
    try:
        grant = await mint.mint(IncidentId(wanted.incident_id), ActionId(wanted.action_id))
    except IncidentNotFoundError as error:
        return _refuse(HTTPStatus.NOT_FOUND, "not_found", str(error))
    except GrantRefusedError as refusal:
        _log.warning("grant_refused", code=refusal.code, reason=refusal.reason, **facts)
        return _refuse(HTTPStatus.CONFLICT, refusal.code, refusal.reason, until=refusal.until)
    _log.info("grant_given", grant_id=grant.id, **facts)
    return JSONResponse(json.loads(grant.model_dump_json()))


def _is_known(request: Request, bearer: SecretStr) -> bool:
    sent = request.headers.get("authorization", "")
    return hmac.compare_digest(sent.encode(), f"Bearer {bearer.get_secret_value()}".encode())


async def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    _log.error("signer_database_failed", reason=str(error).partition("\n")[0])
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return _refuse(status, "unavailable", "the signer cannot read the record")


async def _keyless(_request: Request, error: Exception) -> JSONResponse:
    _log.error("signing_key_unusable", reason=str(error))
    return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "the signer has no usable key")


def _refuse(
    status: HTTPStatus, code: str, reason: str, *, until: datetime | None = None
) -> JSONResponse:
    said = {"code": code, "reason": reason}
    when = {} if until is None else {"until": until.isoformat()}
    return JSONResponse({**said, **when}, status_code=status)
