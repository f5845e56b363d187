"""The API: from settings to the application, and the program that serves it."""

from collections.abc import Awaitable, Callable
from functools import partial

import sqlalchemy as sa
import structlog
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import collecting, policy_notes
from backend.api.app import create_app
from backend.api.context import Check
from backend.api.recent import Recent
from backend.bootstrap import program, serving
from backend.clock import SystemClock
from backend.db.engine import create_engine
from backend.settings.api import ApiSettings
from sre_agent.config import permissions
from sre_agent.domain.errors import PermanentError
from sre_agent.ports import Clock
from sre_agent.safety.policy import Policy

_ACTOR = "platform"
"""As whom the API writes down which policy it read."""

_log = structlog.get_logger()

POLICY_CHECKED_EVERY_S = 5.0
"""How long the answer to whether the policy can be read holds, in seconds."""


def create_api(settings: ApiSettings) -> FastAPI:
    """Return the API's application with its own database connections."""
    engine = create_engine(settings.database_url)
    check = policy_check(settings, note=partial(_note_policy, engine, SystemClock()))
    return create_app(settings, engine, checks={"policy": check})


async def _note_policy(engine: AsyncEngine, clock: Clock, policy: Policy) -> None:
    """Write down the policy that was read; where that fails now, it is done with the next look."""
    try:
        await policy_notes.note_policy(engine, clock, policy, actor=_ACTOR)
    except (OSError, sa.exc.SQLAlchemyError) as error:
        _log.warning("policy_not_noted", reason=str(error).partition("\n")[0])


def policy_check(
    settings: ApiSettings,
    *,
    lifetime_s: float = POLICY_CHECKED_EVERY_S,
    note: Callable[[Policy], Awaitable[None]] | None = None,
) -> Check:
    """Return the check that the policy can be read; what it found holds for `lifetime_s` seconds.

    `note` is told of each policy that was read.
    """
    recent = Recent(lifetime_s)

    async def find_fault() -> str | None:
        policy = permissions.load_rules(settings.agent_config, settings.policy_dir)
        if note is not None:
            await note(policy)
        return policy.fault

    async def policy_loads() -> None:
        # Anybody may ask whether we are ready, and compiling the rules takes some 20 ms.
        fault = await recent.recall("policy", find_fault)
        if fault is not None:
            raise PermanentError(fault)

    return policy_loads


def main() -> None:
    """Serve the API and the webhook until terminated."""
    program.log_as_json()
    settings = ApiSettings.load()
    app = create_api(settings)
    collecting.spare_collector()
    live_max = settings.live_connections_max
    serving.serve(app, live_max=live_max, host=settings.api_host, port=settings.port)


if __name__ == "__main__":
    program.run(main)
