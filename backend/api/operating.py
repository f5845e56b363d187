"""Routes for those who run the platform: health, readiness, audit, and the switch."""

import asyncio
from collections.abc import Awaitable

import sqlalchemy as sa
import structlog
from fastapi import APIRouter
from starlette.responses import JSONResponse

from backend import halting
from backend.api.auth import Admin, Viewer
from backend.api.context import ApiContext, Check, Context
from backend.api.problems import respond
from backend.api.shapes import AuditView, BrokenLog, HaltView, Reason
from backend.db import audit, incident_rows, organization_log, tenancy
from sre_agent.domain.errors import PermanentError, TransientError
from sre_agent.domain.ids import IncidentId

router = APIRouter(tags=["operations"])

_CHECK_TIMEOUT_S = 3.0

_log = structlog.get_logger()


@router.get("/health", include_in_schema=False)
@router.get("/api/v1/health")
async def health() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "alive"}


@router.get("/ready", include_in_schema=False)
@router.get("/api/v1/ready")
async def ready(context: Context) -> JSONResponse:
    """Say whether every part that we need is there; name those that are not."""
    checks: dict[str, Check] = {"database": _database(context), **context.checks}
    results = {name: await _run(check()) for name, check in checks.items()}
    failed = [name for name, problem in results.items() if problem is not None]
    shown = {name: problem or "ok" for name, problem in results.items()}
    if failed:
        hint = "`sre-agent doctor` says how to mend each."
        body = {"title": f"Not ready: {', '.join(failed)}", "hint": hint, "checks": shown}
        return respond(503, body)
    return JSONResponse({"status": "ready", "checks": shown})


@router.get("/api/v1/audit/verify")
async def verify(context: Context, actor: Viewer, incident: str | None = None) -> AuditView:
    """Walk the logs, of one incident or of all and the organization, and name each broken link."""
    entries, own_broken = 0, None
    async with context.engine.connect() as connection:
        if incident is None:
            audits = await audit.verify_all(connection, actor.org_id)
            entries, own_broken = await organization_log.verify(connection, actor.org_id)
        else:
            id_ = IncidentId(incident)
            await incident_rows.get(connection, id_, org_id=actor.org_id)
            audits = [await audit.verify_incident(connection, id_)]
    found = [(None, own_broken), *((item.incident_id, item.broken) for item in audits)]
    broken = [
        BrokenLog(incident_id=log, seq=link.seq, reason=link.reason)
        for log, link in found
        if link is not None
    ]
    return AuditView(
        ok=not broken,
        incidents=len(audits),
        events=sum(item.events for item in audits),
        entries=entries,
        broken=broken,
    )


@router.post("/api/v1/halt")
async def halt(context: Context, actor: Admin, body: Reason) -> HaltView:
    """Stop all writing from now on; reading and diagnosing go on."""
    return await _throw(context, actor, body, is_halted=True)


@router.post("/api/v1/resume")
async def resume(context: Context, actor: Admin, body: Reason) -> HaltView:
    """Allow writing again."""
    return await _throw(context, actor, body, is_halted=False)


async def _throw(context: ApiContext, actor: Admin, body: Reason, *, is_halted: bool) -> HaltView:
    async with context.engine.begin() as connection:
        await tenancy.set_halt(
            connection,
            actor.org_id,
            is_halted=is_halted,
            actor=actor.name,
            reason=body.reason,
            now=context.clock.now(),
        )
    await halting.follow_switch(context.engine, actor.org_id, context.settings.mcp_halt_file)
    if not is_halted and context.settings.kill_switch:
        return HaltView(halted=True, reason="KILL_SWITCH is set in the settings")
    return HaltView(halted=is_halted, reason=body.reason)


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
