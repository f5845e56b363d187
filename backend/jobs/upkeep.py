"""Keep the house in order: expire what nobody decided, and pick up what nobody works on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import procrastinate
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.accounts import limits, sessions
from backend.db import approvals, queue, relooks
from backend.jobs import readmission, waiting
from sre_agent import ports
from sre_agent.domain.ids import IncidentId

ORPHANED_AFTER_S = 20.0
"""An incident that should be worked on, has no job and was silent for so long gets a new job.

So long as well after its last job failed: what fails at once is not tried again at once."""

REPORT_SOUGHT_FOR_S = 600.0
"""For so long after its end, an incident without a report gets a job that writes it."""

_INTERVAL_S = 1.0

_SWEEP_EVERY_S = 60.0
"""How often sessions and attempts that are over are forgotten."""

_log = structlog.get_logger()

_ORPHANS = sa.text("""
    SELECT id FROM incidents
    WHERE last_at < :before AND NOT is_paused
    AND CASE
        WHEN status = 'awaiting_approval' THEN NOT EXISTS (
            SELECT FROM approvals
            WHERE approvals.incident_id = incidents.id AND approvals.status = 'open')
        WHEN ended_at IS NOT NULL THEN ended_at > :ended_since AND NOT EXISTS (
            SELECT FROM events
            WHERE events.incident_id = incidents.id AND events.step_key =
                CASE run WHEN 1 THEN '' ELSE run || '.' END || 'report_written')
        ELSE true
    END
    AND NOT EXISTS (
        SELECT FROM procrastinate_jobs job
        WHERE job.args ->> 'incident_id' = incidents.id AND (
            job.status IN ('todo', 'doing') OR EXISTS (
                SELECT FROM procrastinate_events AS failure
                WHERE failure.job_id = job.id AND failure.type = 'failed'
                    AND failure.at > now() - make_interval(secs => :patience_s))))
""")


@dataclass(frozen=True, kw_only=True)
class House:
    """What is kept in order, and by which rules."""

    app: procrastinate.App
    engine: AsyncEngine
    clock: ports.Clock
    runs: waiting.Runs
    patience: waiting.Patience
    sign_of_life: Path | None = None
    """A file that is touched after each good round: whoever checks this worker looks at its age."""


async def run(house: House) -> None:
    """Keep order until cancelled; a round that fails, as without a database, is told and repeated."""
    swept_at: datetime | None = None
    while True:
        try:
            await keep(house)
            now = house.clock.now()
            if swept_at is None or now >= swept_at + timedelta(seconds=_SWEEP_EVERY_S):
                await sweep(house)
                swept_at = now
            _live(house.sign_of_life)
        except Exception as error:  # noqa: BLE001 - an outermost loop: the worker outlives a bad round
            _log.warning(
                "upkeep_failed", reason=str(error).splitlines()[0] if str(error) else repr(error)
            )
        await house.clock.sleep(_INTERVAL_S)


def _live(sign: Path | None) -> None:
    if sign is not None:
        sign.touch()


async def keep(house: House) -> None:
    """Do one round of upkeep."""
    app, engine, now = house.app, house.engine, house.clock.now()
    for decision in await approvals.expire_due(engine, now=now):
        _log.info("approval_expired", approval_id=decision.approval_id)
    for id_ in await relooks.wake_due(engine, now=now):
        _log.debug("approval_looked_at_again", approval_id=id_)
    for receipt in await readmission.readmit(engine, now=now):
        _log.warning("alert_fires_on", incident_id=receipt.incident_id)
    await _requeue_orphans(engine, now)
    await waiting.age(engine, house.patience, now=now)
    for id_ in await waiting.end_overdue(app, engine, house.runs, house.patience, now=now):
        _log.warning("incident_waited_too_long", incident_id=id_)


async def sweep(house: House) -> None:
    """Forget sessions that are over, and attempts that no longer count."""
    async with house.engine.begin() as connection:
        await sessions.sweep(connection, now=house.clock.now())
        await limits.sweep(connection, now=house.clock.now())


async def _requeue_orphans(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as connection:
        since = {
            "before": now - timedelta(seconds=ORPHANED_AFTER_S),
            "patience_s": ORPHANED_AFTER_S,
            "ended_since": now - timedelta(seconds=REPORT_SOUGHT_FOR_S),
        }
        ids = (await connection.execute(_ORPHANS, since)).scalars().all()
        if ids:
            _log.warning("incidents_requeued", incident_ids=list(ids))
            await queue.enqueue_investigations(
                connection, [IncidentId(id_) for id_ in ids], now=now
            )
