"""Incidents, their events, the queue and the switch, as the API tells of them."""

import asyncio
from typing import Any

import httpx
import sqlalchemy as sa
from api_scene import bearer, fire, webhook
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import switch
from sre_agent.domain.ids import IncidentId


async def test_incidents_are_listed_in_pages_and_by_status(
    client: httpx.AsyncClient, engine: AsyncEngine, clock: Any
) -> None:
    ids = []
    for service in ("a", "b", "c", "d", "e"):
        ids += await fire(client, service)
        await clock.sleep(1)
    async with engine.begin() as connection:
        closing = sa.text("UPDATE incidents SET status = 'closed' WHERE id = :id")
        await connection.execute(closing, {"id": ids[0]})

    seen: list[str] = []
    cursor = None
    for _ in range(3):
        params = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        page = (
            await client.get("/api/v1/incidents", params=params, headers=bearer("viewer"))
        ).json()
        seen += [incident["id"] for incident in page["incidents"]]
        cursor = page["next_cursor"]
    closed = await client.get("/api/v1/incidents?status=closed", headers=bearer("viewer"))
    nonsense = await client.get("/api/v1/incidents?cursor=abc", headers=bearer("viewer"))

    assert seen == ids[::-1]
    assert cursor is None
    assert [incident["id"] for incident in closed.json()["incidents"]] == ids[:1]
    assert nonsense.status_code == 422


async def test_an_incident_shows_its_alerts(client: httpx.AsyncClient) -> None:
    [id_] = await fire(client, "web")

    shown = (await client.get(f"/api/v1/incidents/{id_}", headers=bearer("viewer"))).json()

    assert (shown["namespace"], shown["service"], shown["status"]) == ("prod", "web", "received")
    assert (shown["title"], shown["severity"]) == ("web fails", "critical")
    assert [alert["name"] for alert in shown["alerts"]] == ["Errors"]
    assert shown["approval"] is None


async def test_following_waits_for_the_next_event(client: httpx.AsyncClient) -> None:
    [id_] = await fire(client, "web")
    path = f"/api/v1/incidents/{id_}/events"
    sofar = (await client.get(path, headers=bearer("viewer"))).json()

    waiting = asyncio.create_task(
        client.get(
            path, params={"after": sofar["last_seq"], "wait_s": 20}, headers=bearer("viewer")
        )
    )
    await asyncio.sleep(0.1)
    assert not waiting.done()
    end = webhook("web", status="resolved")
    await client.post("/webhook/alert", json=end, headers=bearer("webhook"))
    async with asyncio.timeout(5):
        news = (await waiting).json()

    assert [event["kind"] for event in sofar["events"]] == ["incident_opened", "alert_received"]
    assert [event["kind"] for event in news["events"]] == ["alert_resolved"]
    assert news["last_seq"] == 3


async def test_following_ends_empty_when_nothing_happens(client: httpx.AsyncClient) -> None:
    [id_] = await fire(client, "web")

    page = await client.get(
        f"/api/v1/incidents/{id_}/events?after=2&wait_s=0.2", headers=bearer("viewer")
    )

    assert page.json() == {"events": [], "last_seq": 2, "status": "received"}


async def test_a_trigger_opens_an_incident_once(client: httpx.AsyncClient) -> None:
    body = {"namespace": "prod", "service": "web", "reason": "It feels slow"}
    first = await client.post("/api/v1/trigger", json=body, headers=bearer("responder"))
    second = await client.post("/api/v1/trigger", json=body, headers=bearer("responder"))

    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["opened"] is True
    assert second.json() == {"incident_id": first.json()["incident_id"], "opened": False}
    events = await client.get(
        f"/api/v1/incidents/{first.json()['incident_id']}/events", headers=bearer("viewer")
    )
    assert [(e["kind"], e["actor"]) for e in events.json()["events"]] == [
        ("incident_opened", "responder-1")
    ]


async def test_the_switch_is_thrown_by_an_admin_and_remembered(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    reason = {"reason": "Change freeze"}
    await client.post("/api/v1/halt", json=reason, headers=bearer("admin"))
    async with engine.connect() as connection:
        halt = await switch.find_halt(connection, "default")
    await client.post("/api/v1/resume", json={"reason": "Over"}, headers=bearer("admin"))
    async with engine.connect() as connection:
        after = await switch.find_halt(connection, "default")

    assert halt is not None
    assert (halt.actor, halt.reason) == ("admin-1", "Change freeze")
    assert after is None


async def test_the_audit_says_which_log_is_broken(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    good, bad = await fire(client, "web", "api")
    path = "/api/v1/audit/verify"
    before = (await client.get(path, headers=bearer("viewer"))).json()
    async with engine.begin() as connection:
        await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        change = sa.text("UPDATE events SET actor = 'me' WHERE incident_id = :id AND seq = 2")
        await connection.execute(change, {"id": bad})

    after = (await client.get(path, headers=bearer("viewer"))).json()
    of_good = (await client.get(f"{path}?incident={good}", headers=bearer("viewer"))).json()

    assert before == {"ok": True, "incidents": 2, "events": 4, "entries": 0, "broken": []}
    assert after["ok"] is False
    assert [(b["incident_id"], b["seq"]) for b in after["broken"]] == [(bad, 2)]
    assert of_good["ok"] is True


async def test_an_unreadable_log_is_told_as_such_and_names_the_way_to_the_place(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    [id_] = await fire(client, "web")
    async with engine.begin() as connection:
        await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        change = sa.text("UPDATE events SET kind = 'coffee_made' WHERE incident_id = :id")
        await connection.execute(change, {"id": id_})

    answer = await client.get(f"/api/v1/incidents/{id_}/events", headers=bearer("viewer"))

    assert answer.status_code == 500
    assert "changed outside" in answer.json()["title"]
    assert f"audit/verify?incident={id_}" in answer.json()["hint"]


async def test_there_is_no_report_before_the_end(client: httpx.AsyncClient) -> None:
    [id_] = await fire(client, "web")

    answer = await client.get(f"/api/v1/incidents/{id_}/report", headers=bearer("viewer"))

    assert answer.status_code == 404
    assert answer.json()["title"] == "There is no report yet"


async def test_an_incident_that_waits_for_nothing_cannot_be_decided(
    client: httpx.AsyncClient,
) -> None:
    [id_] = await fire(client, "web")

    answer = await client.post(
        f"/api/v1/incidents/{IncidentId(id_)}/approve",
        json={"plan_sha256": "a" * 64},
        headers=bearer("approver"),
    )

    assert answer.status_code == 404
    assert id_ in answer.json()["hint"]


async def test_the_queue_says_who_waits_and_until_when(client: httpx.AsyncClient) -> None:
    [incident_id] = await fire(client, "web")

    answer = await client.get("/api/v1/queue", headers=bearer("viewer"))

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["running"], shown["places"], shown["waiting"]) == (0, 3, 1)
    [row] = shown["first"]
    assert row["incident_id"] == incident_id
    assert (row["priority"], row["counts_as"]) == ("P1", "P1")
    assert row["waiting_since"] == "2026-03-01T12:00:00Z"
    assert row["escalated_at"] == "2026-03-01T12:10:00Z"
    assert (await client.get("/api/v1/queue")).status_code == 401
