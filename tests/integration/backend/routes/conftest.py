"""Two organizations in one database, and the application in front of both."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_prometheus import READ_TOKEN, FakePrometheus, watched
from fastapi import FastAPI
from house import House, build
from pydantic import SecretStr
from quick_server import beside, serving
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.settings.api import ApiSettings
from mcp_servers.common.skin import build_app
from mcp_servers.runbooks import server as runbook_server
from mcp_servers.runbooks.settings import RunbookSettings
from sre_agent.domain.plan import Plan


@pytest.fixture(scope="session")
def prometheus() -> Iterator[str]:
    """The address of the installation's own Prometheus server, which knows of apple alone."""
    with beside(lambda: watched(FakePrometheus(service="apple-web"))) as url:
        yield url


@pytest.fixture(scope="session")
def runbooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the installation's own runbook server, which has one of apple's."""
    folder = tmp_path_factory.mktemp("runbooks")
    text = "---\ntitle: apple-web restarts\nservice: apple-web\nowner: apple-pickers\n---\n# Act\nCall.\n"
    (folder / "apple-x.md").write_text(text)
    known = RunbookSettings(mcp_port=0, mcp_read_token=SecretStr(READ_TOKEN), runbooks_dir=folder)
    with beside(lambda: serving(build_app(runbook_server.build(known), host="127.0.0.1"))) as url:
        yield f"{url}/mcp"


@pytest.fixture
def settings(database_url: str, prometheus: str, runbooks: str, tmp_path: Path) -> ApiSettings:
    return ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(hashlib.sha256(b"webhook").hexdigest()),
        mcp_halt_file=tmp_path / "halt",
        mcp_runbooks_url=runbooks,
        mcp_runbooks_read_token=SecretStr(READ_TOKEN),
        mcp_prometheus_url=prometheus,
        mcp_prometheus_read_token=SecretStr(READ_TOKEN),
        api_tokens=SecretStr(f"root:admin:{hashlib.sha256(b'root').hexdigest()}"),
    )


@pytest.fixture
async def app(settings: ApiSettings, engine: AsyncEngine, clock: Any) -> AsyncIterator[FastAPI]:
    app = create_app(settings, engine, clock=clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def apple(engine: AsyncEngine, clock: Any, plan: Plan, app: FastAPI) -> House:
    """The organization of the installation."""
    return await build(engine, "default", "apple", plan, now=clock.now())


@pytest.fixture
async def zebra(engine: AsyncEngine, clock: Any, plan: Plan, app: FastAPI) -> House:
    """Another organization, which has the same of everything."""
    return await build(engine, "other", "zebra", plan, now=clock.now())
