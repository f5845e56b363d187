"""Letting go of a cluster, also while alerts come in and repairs begin."""

import pytest
import sqlalchemy as sa
from cluster_scene import Asking
from cluster_site import site
from cluster_steps import connect, known, send, webhook
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import organization_log
from backend.db.tables.incidents import incidents


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
