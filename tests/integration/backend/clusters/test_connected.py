"""What is asked of connected clusters: their health, their signals, and what their alerts open."""

from typing import Any

import sqlalchemy as sa
from cluster_scene import WEBHOOK, Asking
from cluster_site import site
from cluster_steps import connect, known, send, webhook
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.tables.incidents import alerts, incidents


async def test_health_tells_which_server_answers_and_since_when(ask: Asking, clock: Any) -> None:
    async with site("east") as east:
        token = (await connect(ask, east)).json()["webhook_token"]
        await send(ask, token, webhook("web"))
        well = (await ask("GET", "/api/v1/clusters/east/health")).json()
    ill = (await ask("GET", "/api/v1/clusters/east")).json()

    assert well["ok"]
    assert {each["status"] for each in well["endpoints"]} == {"ok"}
    assert all(each["latency_ms"] > 0 for each in well["endpoints"])
    assert well["endpoints"][0]["since"] == well["as_of"]
    assert well["last_alert_at"] == clock.now().isoformat().replace("+00:00", "Z")
    assert (ill["open_incidents"], ill["last_alert_at"]) == (1, well["last_alert_at"])


async def test_health_tells_which_server_is_silent(ask: Asking, engine: AsyncEngine) -> None:
    async with site("east") as east:
        await connect(ask, east)
        east.is_down = True
        down = (await ask("GET", "/api/v1/clusters/east/health")).json()
    await known(engine, "west")
    silent = (await ask("GET", "/api/v1/clusters/west/health")).json()

    assert not down["ok"]
    states = {each["system"]: each["status"] for each in down["endpoints"]}
    assert states == {"kubernetes": "unreachable", "prometheus": "ok"}
    assert {each["status"] for each in silent["endpoints"]} == {"unreachable"}


async def test_the_same_alert_of_two_clusters_is_two_incidents(
    ask: Asking, engine: AsyncEngine
) -> None:
    tokens = await known(engine, "east", "west")
    body = webhook("web")
    answers = [await send(ask, token, body) for token in (WEBHOOK, *tokens, *tokens)]

    assert [answer.status_code for answer in answers] == [202] * 5
    opened = [answer.json()["opened"] for answer in answers]
    assert opened == [1, 1, 1, 0, 0]
    assert [answer.json()["deduplicated"] for answer in answers[3:]] == [1, 1]
    async with engine.connect() as connection:
        rows = await connection.execute(
            sa.select(incidents.c.cluster_id, alerts.c.cluster_id)
            .join(alerts, alerts.c.incident_id == incidents.c.id)
            .order_by(incidents.c.cluster_id)
        )
        found = [tuple(row) for row in rows]
    assert found == [("default", "default"), ("east", "east"), ("west", "west")]


async def test_neighbours_are_joined_within_a_cluster_only(
    ask: Asking, engine: AsyncEngine
) -> None:
    tokens = await known(engine, "east", "west")
    async with engine.begin() as connection:
        edge = "INSERT INTO service_edges VALUES ('default', 'east', 'shop', 'front', 'back', 's', now())"
        columns = "(org_id, cluster_id, namespace, caller, callee, source, seen_at)"
        await connection.execute(sa.text(edge.replace(" VALUES", f" {columns} VALUES")))

    joined = [await send(ask, tokens[0], webhook(name, name)) for name in ("back", "front")]
    apart = [await send(ask, tokens[1], webhook(name, name)) for name in ("back", "front")]

    assert [answer.json()["opened"] for answer in joined] == [1, 0]
    assert [answer.json()["opened"] for answer in apart] == [1, 1]


async def test_a_person_may_start_a_look_at_a_connected_cluster(
    ask: Asking, engine: AsyncEngine
) -> None:
    await known(engine, "east")
    trigger = {"namespace": "shop", "service": "web", "reason": "slow", "cluster": "east"}
    answer = await ask("POST", "/api/v1/trigger", role="responder", json=trigger)
    incident = await ask("GET", f"/api/v1/incidents/{answer.json()['incident_id']}")
    nowhere = await ask(
        "POST", "/api/v1/trigger", role="responder", json={**trigger, "cluster": "west"}
    )

    assert answer.status_code == 202
    assert incident.json()["cluster_id"] == "east"
    assert nowhere.status_code == 404


async def test_a_snapshot_is_of_the_cluster_that_is_asked_for(ask: Asking) -> None:
    async with site("east") as east:
        await connect(ask, east)
        found = await ask("GET", "/api/v1/metrics/snapshot?cluster=east")
    own = await ask("GET", "/api/v1/metrics/snapshot")

    assert (found.status_code, found.json()["cluster"]) == (200, "east")
    assert found.json()["whole"]["traffic"]["now"] == 4
    assert own.json()["code"] == "prometheus_not_configured"
