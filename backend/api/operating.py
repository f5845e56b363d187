"""Routes for those who run the platform: health, readiness, and the switch."""

import asyncio
from collections.abc import Awaitable
from typing import Literal

import sqlalchemy as sa
import structlog
from fastapi import APIRouter
from pydantic import BaseModel

from backend import halting
from backend.actors import Actor
from backend.api.auth import Admin, Viewer
from backend.api.context import ApiContext, Check, Context
from backend.api.problems import ProblemError
from backend.api.shapes import HaltView, Reason
from backend.db import tenancy
from sre_agent.domain.errors import PermanentError, TransientError

router = APIRouter(tags=["operations"])

_CHECK_TIMEOUT_S = 3.0

_log = structlog.get_logger()


class Health(BaseModel):
    """The process is alive."""

    status: Literal["alive"]


class Readiness(BaseModel):
    """Every part that we need is there."""

    status: Literal["ready"]
    checks: dict[str, str]


@router.get("/health", include_in_schema=False)
@router.get("/api/v1/health")
async def show_health() -> Health:
    """Say that the process is alive."""
    return Health(status="alive")


@router.get("/ready", include_in_schema=False)
@router.get("/api/v1/ready", responses={503: {}})
async def show_readiness(context: Context) -> Readiness:
    """Say whether every part that we need is there.

    Where one is not, the answer is 503, and `checks` names it.
    """
    checks: dict[str, Check] = {"database": _database(context), **context.checks}
    results = {name: await _run(check()) for name, check in checks.items()}
    failed = [name for name, problem in results.items() if problem is not None]
    shown = {name: problem or "ok" for name, problem in results.items()}
    if failed:
        hint = "`sre-agent doctor` says how to mend each."
        raise ProblemError(503, f"Not ready: {', '.join(failed)}", hint, checks=shown)
    return Readiness(status="ready", checks=shown)


@router.get("/api/v1/halt")
async def show_halt(context: Context, actor: Viewer) -> HaltView:
    """Show whether writing is halted, by whom, and why."""
    async with context.engine.connect() as connection:
        found = await tenancy.find_halt(connection, actor.org_id)
    return _view(context, found)


@router.post("/api/v1/halt")
async def halt_writing(context: Context, actor: Admin, body: Reason) -> HaltView:
    """Stop all writing from now on; reading and diagnosing go on."""
    return await _throw(context, actor, body, is_halted=True)


@router.post("/api/v1/resume")
async def resume_writing(context: Context, actor: Admin, body: Reason) -> HaltView:
    """Allow writing again."""
    return await _throw(context, actor, body, is_halted=False)


async def _throw(context: ApiContext, actor: Actor, body: Reason, *, is_halted: bool) -> HaltView:
    async with context.engine.begin() as connection:
        await tenancy.set_halt(
            connection,
            actor.org_id,
            is_halted=is_halted,
            actor=actor.name,
            reason=body.reason,
            now=context.clock.now(),
        )
        found = await tenancy.find_halt(connection, actor.org_id)
    # The file stops the servers of the installation's own cluster: nobody else's switch moves it.
    if actor.org_id == context.tenant.org_id:
        await halting.follow_switch(context.engine, actor.org_id, context.settings.mcp_halt_file)
    return _view(context, found)


def _view(context: ApiContext, found: tenancy.Halt | None) -> HaltView:
    if found is not None:
        return HaltView(halted=True, reason=found.reason, actor=found.actor, since=found.since)
    if context.settings.kill_switch:
        return HaltView(halted=True, reason="KILL_SWITCH is set in the settings")
    return HaltView(halted=False, reason=None)


def _database(context: ApiContext) -> Check:
    async def check() -> None:
        async with context.engine.connect() as connection:
            await connection.execute(sa.text("SELECT FROM events LIMIT 1"))

    return check


async def _run(check: Awaitable[None]) -> str | None:
    """Return what is wrong, or None."""
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            await check
    except TimeoutError:
        return "no answer in time"
    except (PermanentError, TransientError) as error:
        return str(error).partition("\n")[0]
    except (sa.exc.SQLAlchemyError, OSError) as error:
        # Whoever asks is not known: what a driver says (hosts, users, paths) is for our own log.
        _log.warning("not_ready", reason=f"{type(error).__name__}: {error}".partition("\n")[0])
        return "does not answer"
    return None
