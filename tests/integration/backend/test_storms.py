"""A storm on the real webhook and the real database: one incident, one job, every alert once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.db import audit, incident_rows, service_edges, splitting
from backend.db.service_edges import ServiceEdge
from backend.db.tenancy import Tenant
from backend.settings.api import ApiSettings
from sre_agent.domain.ids import IncidentId

TOKEN = "a" * 20
ALERTS = 1_000
GROUP = 20
SERVICES = ("front", "cart", "orders", "stock", "store")
CALLS = (("front", "cart"), ("front", "orders"), ("orders", "stock"), ("cart", "store"))


@pytest.fixture
async def client(
    database_url: str, engine: AsyncEngine, clock: Any
) -> AsyncIterator[httpx.AsyncClient]:
    settings = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(TOKEN),
        api_tokens=SecretStr(f"ann:viewer:{TOKEN}"),
    )
    app = create_app(settings, engine, clock=clock)
    async with engine.begin() as connection:
        edges = [ServiceEdge("prod", caller, callee) for caller, callee in CALLS]
        tenant = Tenant("default", "default")
        await service_edges.store(connection, tenant, edges, source="survey", now=clock.time)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://test", headers=headers
        ) as client,
    ):
        yield client


def group(first: int) -> dict[str, Any]:
    alerts = [
        {
            "status": "firing",
            "labels": {
                "alertname": ("HighErrorRate", "HighLatency")[number % 2],
                "namespace": "prod",
                "service": SERVICES[number % len(SERVICES)],
                "severity": "critical",
                "pod": f"pod-{number}",
            },
            "startsAt": "2026-03-01T11:59:00Z",
            "fingerprint": f"print-{number}",
        }
        for number in range(first, first + GROUP)
    ]
    return {"version": "4", "groupKey": "g", "alerts": alerts}


async def rage(client: httpx.AsyncClient) -> Sequence[dict[str, Any]]:
    answers = await asyncio.gather(
        *(client.post("/webhook/alert", json=group(first)) for first in range(0, ALERTS, GROUP))
    )
    assert {answer.status_code for answer in answers} == {202}
    return [answer.json() for answer in answers]


async def test_a_thousand_alerts_of_one_failure_are_one_incident_with_one_job(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    answers = await rage(client)
    again = await rage(client)

    ids = {id_ for answer in (*answers, *again) for id_ in answer["incidents"]}
    assert len(ids) == 1
    totals = Counter[str]()
    for answer in answers:
        totals.update({key: answer[key] for key in ("opened", "joined", "deduplicated")})
    assert totals == {"opened": 1, "joined": ALERTS - 1, "deduplicated": 0}
    assert sum(answer["deduplicated"] for answer in again) == ALERTS
    async with engine.connect() as connection:
        query = sa.text("""SELECT count(*), sum(repeat_count),
            (SELECT count(*) FROM procrastinate_jobs), (SELECT alert_count FROM incidents),
            (SELECT firing_count FROM incidents) FROM alerts""")
        assert tuple((await connection.execute(query)).one()) == (ALERTS, ALERTS, 1, ALERTS, ALERTS)
        assert (await audit.verify_incident(connection, IncidentId(ids.pop()))).broken is None


async def test_a_run_is_given_some_alerts_of_a_storm_and_none_of_its_services_is_missing(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    [incident_id] = {id_ for answer in await rage(client) for id_ in answer["incidents"]}

    async with engine.connect() as connection:
        incident = await incident_rows.load(connection, incident_id)

    assert len(incident.alerts) == incident_rows.ALERTS_MAX
    assert incident.alert_count == ALERTS
    told = {(alert.labels["service"], alert.name) for alert in incident.alerts}
    assert told == {
        (service, name) for service in SERVICES for name in ("HighErrorRate", "HighLatency")
    }


async def test_of_a_storm_all_alerts_of_a_service_are_split_off_with_the_few_a_run_has_seen(
    client: httpx.AsyncClient, engine: AsyncEngine, clock: Any
) -> None:
    [origin] = {id_ for answer in await rage(client) for id_ in answer["incidents"]}
    wanted = splitting.Wanted(
        fingerprints=("print-0",),
        reason="",
        actor="reflector",
        channel="run",
        step_key="split:1",
        with_whole_services=True,
    )

    async with engine.begin() as connection:
        into = await splitting.split(connection, origin, wanted, now=clock.time)

    async with engine.connect() as connection:
        query = sa.text("""SELECT incident_id, count(*), count(DISTINCT labels ->> 'service')
            FROM alerts GROUP BY incident_id""")
        found = {row[0]: (row[1], row[2]) for row in await connection.execute(query)}
    assert found == {into: (ALERTS // 5, 1), origin: (ALERTS - ALERTS // 5, 4)}
