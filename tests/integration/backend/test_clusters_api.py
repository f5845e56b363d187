"""Connecting clusters through the API, with real MCP servers beside each."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from cluster_scene import SECRETS_KEY, WEBHOOK, Asking, api, settings
from cluster_site import READ, WRITE, Site, site
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.clusters.connecting import sha256
from backend.clusters.sealing import Seal
from backend.db import clusters, organization_log
from backend.db.clusters import Connecting, SealedEndpoint
from backend.db.tables.incidents import alerts, incidents
from backend.db.tables.tenancy import cluster_endpoints
from backend.db.tenancy import Tenant

NOWHERE = {"kubernetes": {"url": "http://127.0.0.1:9/mcp", "read_token": "r" * 20}}


@pytest.fixture
async def ask(database_url: str, engine: AsyncEngine, clock: Any) -> AsyncIterator[Asking]:
    async with api(settings(database_url), engine, clock) as asking:
        yield asking


async def connect(ask: Asking, place: Site, **changes: Any) -> httpx.Response:
    body = {"id": place.name, "endpoints": {**place.endpoints, **changes}}
    return await ask("POST", "/api/v1/clusters", role="admin", json=body)


async def known(engine: AsyncEngine, *names: str) -> list[str]:
    """Store clusters as if they had been connected, and return the tokens of their webhooks."""
    tokens = [f"srw_{name}-0123456789" for name in names]
    sealed = Seal(SecretStr(SECRETS_KEY)).close("r" * 20)
    async with engine.begin() as connection:
        for name, token in zip(names, tokens, strict=True):
            endpoint = SealedEndpoint("kubernetes", "http://127.0.0.1:9/mcp", sealed, None)
            new = Connecting(Tenant("default", name), "ann", sha256(token), [endpoint])
            await clusters.connect(connection, new, now=datetime.now(UTC))
    return tokens


def webhook(service: str, fingerprint: str = "f1", status: str = "firing") -> dict[str, Any]:
    labels = {"alertname": "Errors", "namespace": "shop", "service": service}
    alert = {
        "status": status,
        "labels": labels,
        "startsAt": "2026-03-01T11:59:00Z",
        "fingerprint": fingerprint,
    }
    return {"version": "4", "alerts": [alert]}


async def send(ask: Asking, token: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return await ask.http.post("/webhook/alert", headers=headers, json=body)


async def test_a_cluster_is_connected_after_its_servers_were_checked(
    ask: Asking, engine: AsyncEngine
) -> None:
    async with site("east") as east:
        answer = await connect(ask, east)
        shown = await ask("GET", "/api/v1/clusters/east")
        listed = (await ask("GET", "/api/v1/clusters")).json()["clusters"]

    body = answer.json()
    assert answer.status_code == 201, body
    assert {check["system"]: check["can_write"] for check in body["checks"]} == {
        "kubernetes": True,
        "prometheus": False,
    }
    assert all(check["ok"] and not check["detail"] for check in body["checks"])
    assert "/api/v1/namespaces" in east.asked
    assert shown.json() == body["cluster"]
    assert (shown.json()["status"], shown.json()["connected_by"]) == ("connected", "admin-person")
    assert [(each["id"], each["status"]) for each in listed] == [
        ("default", "own"),
        ("east", "connected"),
    ]
    assert listed[0]["connected_by"] is None
    async with engine.connect() as connection:
        [entry] = await organization_log.read(connection, "default")
    assert (entry.kind, entry.actor) == ("cluster_connected", "admin-person")
    assert entry.payload["endpoints"]["kubernetes"] == east.url


async def test_tokens_are_stored_sealed_and_never_shown(ask: Asking, engine: AsyncEngine) -> None:
    async with site("east") as east:
        answer = await connect(ask, east)
        paths = ("clusters", "clusters/east", "clusters/east/health")
        texts = [(await ask("GET", f"/api/v1/{path}")).text for path in paths]
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.select(cluster_endpoints))).all()
        log = await organization_log.read(connection, "default")
        stored = await connection.execute(
            sa.text("SELECT webhook_token_sha256::text FROM clusters")
        )
    token = answer.json()["webhook_token"]
    everything = "".join((answer.text, *texts, str(rows), str(log), str(stored.all())))

    assert len(rows) == 2
    assert READ not in everything
    assert WRITE not in everything
    assert everything.count(token) == 1  # the answer that shows it once


async def test_a_check_that_fails_names_the_server_and_stores_nothing(
    ask: Asking, engine: AsyncEngine
) -> None:
    async with site("east") as east:
        good = east.endpoints["kubernetes"]
        cases = {
            "read_token: it opens tools that are not marked": {"read_token": WRITE},
            "read_token: the server does not know this token": {"read_token": "x" * 20},
            "write_token: the server does not know this token": {"write_token": "x" * 20},
            "write_token: it opens no tool that writes": {"write_token": READ},
            "read_token: unreachable": {"url": "http://127.0.0.1:9/mcp"},
        }
        for told, change in cases.items():
            answer = await connect(ask, east, kubernetes={**good, **change})
            assert answer.status_code == 422, told
            body = answer.json()
            assert body["code"] == "connection_check_failed"
            assert f"kubernetes: {told}" in body["detail"]
            assert body["checks"]["prometheus"] == "ok"
            assert told in body["checks"]["kubernetes"]
        east.name = "elsewhere"
        misnamed = await connect(ask, east)
        swapped = await connect(ask, east, loki=east.endpoints["prometheus"])
        east.is_down = True
        blind = await connect(ask, east)

    assert "takes grants for mcp:kubernetes:east only" in misnamed.json()["detail"]
    assert "this is not the loki server" in swapped.json()["detail"]
    assert "kubernetes: list_namespaces" in blind.json()["detail"]
    async with engine.connect() as connection:
        assert await clusters.list_connected(connection) == []
        assert await organization_log.read(connection, "default") == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://host/mcp", "http"),
        ("https:///mcp", "host"),
        ("https://ada:secret@host/mcp", "credentials"),
        ("https://host/mcp?token=x", "query"),
        (f"https://host/{'x' * 600}", "500"),
        ("https://host:99999/mcp", "port"),
    ],
)
async def test_an_address_that_cannot_be_is_refused(ask: Asking, url: str, told: str) -> None:
    endpoint = {"url": url, "read_token": "r" * 20}
    body = {"id": "east", "endpoints": {"kubernetes": endpoint}}
    answer = await ask("POST", "/api/v1/clusters", role="admin", json=body)

    assert answer.status_code == 422
    assert told in answer.json()["detail"].lower()
    assert "secret@" not in answer.text


async def test_bad_names_and_no_servers_are_refused(ask: Asking) -> None:
    for body in (
        {
            "id": "East Side",
            "endpoints": {"kubernetes": {"url": "http://h", "read_token": "r" * 9}},
        },
        {"id": "east", "endpoints": {}},
        {"id": "east", "endpoints": {"github": {"url": "http://h", "read_token": "r" * 9}}},
    ):
        answer = await ask("POST", "/api/v1/clusters", role="admin", json=body)
        assert answer.status_code == 422


async def test_a_name_that_is_taken_and_the_own_cluster_are_left_alone(
    ask: Asking, engine: AsyncEngine
) -> None:
    await known(engine, "east")
    again, over_own = [
        await connect(ask, Site(name, endpoints=NOWHERE)) for name in ("east", "default")
    ]
    gone = await ask("DELETE", "/api/v1/clusters/default", role="admin")
    missing = await ask("DELETE", "/api/v1/clusters/west", role="admin")

    assert (again.status_code, over_own.status_code, gone.status_code) == (409, 409, 409)
    assert "CLUSTER_ID" in gone.json()["hint"]
    assert missing.status_code == 404


async def test_without_a_key_nothing_is_connected(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    known = settings(database_url, secrets_key=None)
    async with api(known, engine, clock) as ask, site("east") as east:
        answer = await connect(ask, east)

    assert answer.status_code == 503
    assert "SECRETS_KEY" in answer.json()["detail"]
    assert east.asked == []


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
