"""The switch of the API, as the server that writes feels it; both are real."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hands_lab import Signer, data, hands_with, settings
from lab_cluster import Cluster, Workload
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.db import tenancy
from backend.settings.api import ApiSettings

ADMIN = hashlib.sha256(b"admin").hexdigest()
HEADERS = {"Authorization": f"Bearer {ADMIN}"}


@pytest.fixture
def halt_file(tmp_path: Path) -> Path:
    return tmp_path / "run" / "halted"


@pytest.fixture
def app(database_url: str, engine: AsyncEngine, halt_file: Path) -> FastAPI:
    given = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(hashlib.sha256(b"webhook").hexdigest()),
        api_tokens=SecretStr(f"eve:admin:{ADMIN}"),
        mcp_halt_file=halt_file,
    )
    return create_app(given, engine)


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


async def throw(api: httpx.AsyncClient, switch: str, **where: str) -> httpx.Response:
    return await api.post(f"/api/v1/{switch}", json={"reason": "drill", **where}, headers=HEADERS)


async def test_a_grant_minted_before_the_halt_is_refused_after_it(
    api: httpx.AsyncClient, cluster: Cluster, workload: Workload, signer: Signer, halt_file: Path
) -> None:
    call = workload.rollback()

    async with hands_with(settings(cluster, signer, mcp_halt_file=halt_file)) as hands:
        grant = signer.grant(call, await hands.rehearse(call))
        await throw(api, "halt")
        halted = await hands.write(call, grant)
        await throw(api, "resume")
        resumed = await hands.write(call, grant)

    assert halted.code == "halted"
    assert data(resumed)["outcome"] == "applied"
    assert len(workload.writes) == 1


async def test_the_servers_own_kill_switch_refuses_a_good_grant(
    cluster: Cluster, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()

    async with hands_with(settings(cluster, signer, kill_switch=True)) as hands:
        grant = signer.grant(call, await hands.rehearse(call))
        result = await hands.write(call, grant)

    assert result.code == "halted"
    assert workload.writes == []


async def test_the_file_is_made_again_when_the_api_starts_while_halted(
    app: FastAPI, halt_file: Path
) -> None:
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as api,
    ):
        await throw(api, "halt")
        halt_file.unlink()

    async with app.router.lifespan_context(app):
        restored = halt_file.read_text()

    assert restored == "halted by eve: drill\n"


@pytest.mark.attack("writing while halted")
async def test_a_stop_takes_hold_of_the_very_next_write_and_outlives_a_start(
    app: FastAPI, cluster: Cluster, workload: Workload, signer: Signer, halt_file: Path
) -> None:
    call = workload.rollback()
    transport = httpx.ASGITransport(app=app)

    async with hands_with(settings(cluster, signer, mcp_halt_file=halt_file)) as hands:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://test") as api,
        ):
            grant = signer.grant(call, await hands.rehearse(call))
            await throw(api, "halt", cluster="default")
            stopped = await hands.write(call, grant)
        async with app.router.lifespan_context(app):
            stopped_later = await hands.write(call, grant)

    assert (stopped.code, stopped_later.code) == ("halted", "halted")
    assert workload.writes == []


async def test_a_stop_of_another_cluster_leaves_the_own_one_alone(
    api: httpx.AsyncClient, engine: AsyncEngine, halt_file: Path
) -> None:
    async with engine.begin() as connection:
        now = datetime.now(UTC)
        await tenancy.register(connection, org_id="default", cluster_id="eu", now=now)

    answer = await throw(api, "halt", cluster="eu")

    assert answer.json()["halted"] is False
    assert [each["cluster"] for each in answer.json()["clusters"]] == ["eu"]
    assert not halt_file.exists()


async def test_resuming_everywhere_does_not_end_the_stop_of_a_cluster(
    api: httpx.AsyncClient, halt_file: Path
) -> None:
    await throw(api, "halt", cluster="default")
    await throw(api, "halt")

    still = await throw(api, "resume")
    is_file_there = halt_file.exists()
    over = await throw(api, "resume", cluster="default")

    assert (still.json()["halted"], len(still.json()["clusters"])) == (False, 1)
    assert is_file_there
    assert over.json()["clusters"] == []
    assert not halt_file.exists()


async def test_a_stop_of_a_cluster_that_is_not_there_is_told(api: httpx.AsyncClient) -> None:
    answer = await throw(api, "halt", cluster="nowhere")

    assert answer.status_code == 404
    assert answer.json()["hint"]


@pytest.mark.parametrize("hindrance", ["the folder is gone", "the folder is a file"])
async def test_a_server_that_cannot_look_for_the_file_writes_nothing(
    hindrance: str, cluster: Cluster, workload: Workload, signer: Signer, halt_file: Path
) -> None:
    if hindrance == "the folder is a file":
        halt_file.parent.write_text("in the way")
    call = workload.rollback()

    async with hands_with(settings(cluster, signer, mcp_halt_file=halt_file)) as hands:
        result = await hands.write(call, signer.grant(call, await hands.rehearse(call)))

    assert result.code == "halted"
    assert workload.writes == []


async def test_a_file_that_a_person_made_outlives_a_start(app: FastAPI, halt_file: Path) -> None:
    halt_file.parent.mkdir()
    halt_file.touch()

    async with app.router.lifespan_context(app):
        assert halt_file.exists()


async def test_a_halt_whose_file_cannot_be_made_says_so(
    api: httpx.AsyncClient, halt_file: Path
) -> None:
    halt_file.parent.rmdir()
    halt_file.parent.write_text("in the way")

    answer = await throw(api, "halt")

    assert answer.status_code == 500
    assert "MCP_HALT_FILE" in answer.json()["hint"]
