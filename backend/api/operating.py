"""Routes for those who run the platform: health and readiness."""

import asyncio
from collections.abc import Awaitable
from typing import Literal

import sqlalchemy as sa
import structlog
from fastapi import APIRouter
from pydantic import BaseModel

from backend.api.context import ApiContext, Check, Context
from backend.api.problems import ProblemError
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
