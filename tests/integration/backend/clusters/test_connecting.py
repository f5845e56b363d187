"""Connecting clusters through the API, with real MCP servers beside each."""

from typing import Any

import pytest
import sqlalchemy as sa
from cluster_scene import Asking, api, settings
from cluster_site import READ, WRITE, Site, site
from cluster_steps import NOWHERE, connect, known
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import clusters, organization_log, tenancy
from backend.db.tables.tenancy import cluster_endpoints


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


async def test_an_own_cluster_that_the_settings_name_no_more_can_be_connected(
    ask: Asking, engine: AsyncEngine, clock: Any
) -> None:
    async with engine.begin() as connection:
        await tenancy.register(connection, org_id="default", cluster_id="east", now=clock.now())
    async with site("east") as east:
        answer = await connect(ask, east)
        gone = await ask("DELETE", "/api/v1/clusters/east", role="admin")

    assert (answer.status_code, gone.status_code) == (201, 204)


async def test_the_writing_server_has_to_name_whom_grants_are_made_out_to(ask: Asking) -> None:
    async with site("east", is_nameless=True) as east:
        answer = await connect(ask, east)

    assert answer.status_code == 422
    assert "does not say whom grants have to be made out to" in answer.json()["detail"]
