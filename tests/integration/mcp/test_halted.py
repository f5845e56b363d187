"""The switch of the API, as the server that writes feels it."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hands_lab import Cluster, Signer, Workload, data, hands_with, settings
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.settings import ApiSettings

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


async def throw(api: httpx.AsyncClient, switch: str) -> httpx.Response:
    return await api.post(f"/api/v1/{switch}", json={"reason": "drill"}, headers=HEADERS)


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


async def test_a_file_that_a_person_made_outlives_a_start(app: FastAPI, halt_file: Path) -> None:
    halt_file.parent.mkdir()
    halt_file.touch()

    async with app.router.lifespan_context(app):
        assert halt_file.exists()


async def test_a_halt_whose_file_cannot_be_made_says_so(
    api: httpx.AsyncClient, halt_file: Path
) -> None:
    halt_file.parent.write_text("in the way")

    answer = await throw(api, "halt")

    assert answer.status_code == 500
    assert "MCP_HALT_FILE" in answer.json()["hint"]
