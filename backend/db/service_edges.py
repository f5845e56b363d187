"""Who calls whom in each namespace: stored as it is seen, forgotten when it was not seen for long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.engine import to_json
from backend.db.tenancy import Tenant

LIFETIME = timedelta(days=1)
"""An edge not seen for so long is gone: longer than any outage of what we see it by."""

SURVEY = "survey"
"""The source of edges that the configuration of workloads shows."""

DIAGNOSIS = "diagnosis"
"""The source of edges that an investigation found."""

_STORE = sa.text("""
    INSERT INTO service_edges (org_id, cluster_id, namespace, caller, callee, source, seen_at)
    SELECT DISTINCT :org_id, :cluster_id, namespace, caller, callee, :source,
        CAST(:now AS timestamptz)
    FROM json_to_recordset(CAST(:rows AS json)) AS row(namespace text, caller text, callee text)
    ORDER BY namespace, caller, callee
    ON CONFLICT (org_id, cluster_id, namespace, caller, callee, source)
    DO UPDATE SET seen_at = GREATEST(service_edges.seen_at, EXCLUDED.seen_at)
""")

_FORGET_UNSEEN = sa.text("""
    DELETE FROM service_edges
    WHERE org_id = :org_id AND cluster_id = :cluster_id AND namespace = ANY(CAST(:namespaces AS text[]))
        AND source = :source AND seen_at < :now
""")

_FORGET_OLD = sa.text("""
    DELETE FROM service_edges
    WHERE org_id = :org_id AND cluster_id = :cluster_id AND seen_at < :before
""")


@dataclass(frozen=True)
class ServiceEdge:
    """One service of a namespace calls another, both by the names that alerts may use."""

    namespace: str
    caller: str
    callee: str


async def store(
    connection: AsyncConnection,
    tenant: Tenant,
    edges: Iterable[ServiceEdge],
    *,
    source: str,
    now: datetime,
) -> None:
    """Record the edges as seen now."""
    rows = [vars(edge) for edge in edges if edge.caller != edge.callee]
    if rows:
        parameters = {"rows": to_json(rows), "source": source, "now": now, **vars(tenant)}
        await connection.execute(_STORE, parameters)


async def replace(
    connection: AsyncConnection,
    tenant: Tenant,
    namespaces: Iterable[str],
    edges: Iterable[ServiceEdge],
    *,
    now: datetime,
) -> None:
    """Record a survey: of these namespaces it saw all there is, so that what it did not see is gone."""
    await store(connection, tenant, edges, source=SURVEY, now=now)
    unseen = {"namespaces": sorted(namespaces), "source": SURVEY, "now": now, **vars(tenant)}
    await connection.execute(_FORGET_UNSEEN, unseen)
    await connection.execute(_FORGET_OLD, {"before": now - LIFETIME, **vars(tenant)})
