"""Letting go of a cluster, also while alerts come in and repairs begin."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from cluster_scene import Asking
from cluster_site import site
from cluster_steps import connect, known, send, webhook
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import organization_log
from backend.db.admission.admit import admit
from backend.db.admission.arrivals import Arrival
from backend.db.tables.incidents import incidents
from backend.db.tenancy import Tenant
from sre_agent.domain.alert import Alert, AlertStatus, Severity


async def test_a_disconnected_cluster_is_void_at_once_and_keeps_its_history(
    ask: Asking, engine: AsyncEngine
) -> None:
    async with site("east") as east:
        token = (await connect(ask, east)).json()["webhook_token"]
        incident = (await send(ask, token, webhook("web"))).json()["incidents"][0]
        gone = await ask("DELETE", "/api/v1/clusters/east?reason=moved", role="admin")
        after = await send(ask, token, webhook("web", "f2"))
        health = await ask("GET", "/api/v1/clusters/east/health")
        trigger = {"namespace": "shop", "service": "web", "reason": "r", "cluster": "east"}
        looked = await ask("POST", "/api/v1/trigger", role="responder", json=trigger)
        kept = await ask("GET", f"/api/v1/incidents/{incident}")
        shown = (await ask("GET", "/api/v1/clusters/east")).json()
        back = await connect(ask, east)

    assert (gone.status_code, after.status_code) == (204, 401)
    assert (health.status_code, looked.status_code) == (409, 409)
    assert kept.json()["cluster_id"] == "east"
    assert (shown["status"], shown["endpoints"]) == ("disconnected", [])
    assert back.status_code == 201
    assert back.json()["webhook_token"] != token
    async with engine.connect() as connection:
        log = await organization_log.read(connection, "default")
        waiting = sa.text("SELECT args ->> 'incident_id' FROM procrastinate_jobs")
        jobs = (await connection.execute(waiting)).scalars().all()
    assert [entry.kind for entry in log] == [
        "cluster_connected",
        "cluster_disconnected",
        "cluster_connected",
    ]
    assert log[1].payload == {"cluster": "east", "reason": "moved"}
    assert incident in jobs


@pytest.mark.parametrize("status", ["executing", "verifying"])
async def test_a_cluster_in_which_a_repair_is_under_way_stays_connected(
    ask: Asking, engine: AsyncEngine, status: str
) -> None:
    [token] = await known(engine, "east")
    incident = (await send(ask, token, webhook("web"))).json()["incidents"][0]
    async with engine.begin() as connection:
        await connection.execute(sa.update(incidents).values(status=status))
    gone = await ask("DELETE", "/api/v1/clusters/east", role="admin")

    assert gone.status_code == 409
    assert incident in gone.json()["detail"]
    assert (await send(ask, token, webhook("web"))).status_code == 202
    async with engine.connect() as connection:
        assert await organization_log.read(connection, "default") == []


async def test_a_repair_that_begins_while_a_cluster_is_let_go_keeps_it_connected(
    ask: Asking, engine: AsyncEngine
) -> None:
    [token] = await known(engine, "east")
    incident = (await send(ask, token, webhook("web"))).json()["incidents"][0]
    await _taken_up(engine)
    async with engine.begin() as run:
        await run.execute(sa.update(incidents).values(status="executing"))
        letting_go = asyncio.create_task(ask("DELETE", "/api/v1/clusters/east", role="admin"))
        await _somebody_waits(engine)
    gone = await letting_go

    assert gone.status_code == 409
    assert incident in gone.json()["detail"]
    assert (await ask("GET", "/api/v1/clusters/east")).json()["status"] == "connected"


async def test_alerts_that_come_in_while_a_cluster_is_let_go_stand_in_nobodys_way(
    ask: Asking, engine: AsyncEngine, clock: Any
) -> None:
    [token] = await known(engine, "east")
    await send(ask, token, webhook("web"))
    await _taken_up(engine)
    east = Tenant("default", "east")
    async with engine.begin() as intake:
        await admit(intake, east, [_arrival("web", clock.now())], now=clock.now())
        letting_go = asyncio.create_task(ask("DELETE", "/api/v1/clusters/east", role="admin"))
        await _somebody_waits(engine)
        [receipt] = await admit(intake, east, [_arrival("api", clock.now())], now=clock.now())
    gone = await letting_go

    assert gone.status_code == 204
    async with engine.connect() as connection:
        waiting = sa.text("SELECT args ->> 'incident_id' FROM procrastinate_jobs")
        assert receipt.incident_id in (await connection.execute(waiting)).scalars().all()


def _arrival(service: str, now: datetime) -> Arrival:
    alert = Alert(
        source="alertmanager",
        fingerprint=f"late-{service}",
        status=AlertStatus.FIRING,
        name="Errors",
        severity=Severity.CRITICAL,
        labels={"namespace": "shop", "service": service},
        annotations={},
        starts_at=now,
        ends_at=None,
        generator_url="",
        group_key="",
    )
    return Arrival(alert, service)


async def _taken_up(engine: AsyncEngine) -> None:
    """Have a worker take every job that waits."""
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE procrastinate_jobs SET status = 'doing'"))


async def _somebody_waits(engine: AsyncEngine) -> None:
    """Return once a transaction of this database waits for a lock."""
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(10), engine.connect() as connection:
        while not (await connection.execute(query)).scalar_one():
            await connection.rollback()
            await asyncio.sleep(0.02)
