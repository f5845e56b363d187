"""The verified past incidents of a cluster, as alert streams, and whether there is news of them."""

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.incidents import incidents
from backend.db.tables.memory import past_failures
from backend.db.tenancy import Tenant
from sre_agent.diagnosis.alert_streams import PastFailure
from sre_agent.memory import lessons

NEWEST = 500
"""So many teach: systems change, and older incidents are of another system."""

_log = structlog.get_logger()


async def revision(connection: AsyncConnection, tenant: Tenant) -> str:
    """Return a text that is another one as soon as other incidents would teach, or other causes."""
    rows = _newest(tenant, "incident_id", "culprit", "fault", "ended_at").subquery()
    told = sa.func.concat_ws(" ", rows.c.incident_id, rows.c.culprit, rows.c.fault, rows.c.ended_at)
    query = sa.select(sa.func.md5(sa.func.string_agg(told, sa.text("',' ORDER BY incident_id"))))
    return str((await connection.execute(query)).scalar_one())


async def newest(connection: AsyncConnection, tenant: Tenant) -> list[PastFailure]:
    """Return the failures that teach, the newest first; what another version wrote is passed over."""
    query = _newest(tenant, "incident_id", "culprit", "fault", "stream")
    found = []
    for row in (await connection.execute(query)).mappings():
        try:
            stream = lessons.parse(row["stream"])
        except ValueError as error:
            _log.warning(
                "past_failure_unreadable", incident_id=row["incident_id"], reason=str(error)
            )
            continue
        found.append(
            PastFailure(
                stream=stream,
                culprit=row["culprit"],
                fault=row["fault"],
                incident_id=row["incident_id"],
            )
        )
    return found


def _newest(tenant: Tenant, *columns: str) -> sa.Select[tuple[object, ...]]:
    # An incident that is open again has no end that could prove anything.
    ended = sa.and_(
        incidents.c.id == past_failures.c.incident_id, incidents.c.ended_at.is_not(None)
    )
    return (
        sa.select(*(past_failures.c[name] for name in columns))
        .join(incidents, ended)
        .where(past_failures.c.org_id == tenant.org_id)
        .where(past_failures.c.cluster_id == tenant.cluster_id)
        .order_by(past_failures.c.ended_at.desc(), past_failures.c.incident_id)
        .limit(NEWEST)
    )
