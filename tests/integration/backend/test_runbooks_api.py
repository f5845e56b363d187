"""People read the runbooks that specialists read, through the API and the command line."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cluster_scene import SECRETS_KEY
from pydantic import SecretStr
from quick_server import serving
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from backend.accounts import tokens
from backend.actors import Actor, Role
from backend.api.app import create_app
from backend.cli import runbooks as commands
from backend.cli.client import Client
from backend.cli.stack import lifecycle, shelves
from backend.cli.stack.layout import Layout
from backend.clusters.sealing import Seal
from backend.db import clusters, tenancy
from backend.db.clusters import Connecting, SealedEndpoint
from backend.db.tenancy import Tenant
from backend.settings.api import ApiSettings
from mcp_servers.common.skin import build_app
from mcp_servers.runbooks import server as runbooks
from mcp_servers.runbooks.settings import RunbookSettings

READ_TOKEN = "r" * 24
VIEWER = "v" * 24
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AUTHORIZED = {"Authorization": f"Bearer {VIEWER}"}


def settings(database_url: str, **more: Any) -> ApiSettings:
    return ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr("w" * 24),
        api_tokens=SecretStr(f"ada:viewer:{VIEWER}"),
        **more,
    )


@asynccontextmanager
async def shelf(folder: Path) -> AsyncIterator[str]:
    """Run a server of the runbooks in a folder."""
    program = runbooks.build(
        RunbookSettings(mcp_port=0, mcp_read_token=SecretStr(READ_TOKEN), runbooks_dir=folder)
    )
    async with serving(build_app(program, host="127.0.0.1")) as hands:
        yield f"{hands}/mcp"


async def settle(engine: AsyncEngine, *servers: SealedEndpoint) -> dict[str, str]:
    """Found another organization with two connected clusters; return what its viewer sends.

    One has the servers, the other none for runbooks.
    """
    zed = Actor("zed", Role.ADMIN, "zebra")
    elsewhere = SealedEndpoint("loki", "http://127.0.0.1:9/mcp", servers[0].read_token, None)
    async with engine.begin() as connection:
        await tenancy.register(connection, org_id="zebra", cluster_id="default", now=NOW)
        for name, endpoints in (("far", servers), ("bare", [elsewhere])):
            new = Connecting(Tenant("zebra", name), "zed", name.encode(), list(endpoints))
            await clusters.connect(connection, new, now=NOW)
        _, secret = await tokens.create(
            connection, zed, name="looks", role=Role.VIEWER, expires_at=None, now=NOW
        )
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
async def api_url(
    database_url: str, engine: AsyncEngine, clock: Any, tmp_path: Path
) -> AsyncIterator[str]:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "ledger.md").write_text(
        "---\ntitle: Ledger [bold]refuses[/]\nservice: ledger\nalert: LedgerDown\n---\n# Act\n"
        "Call with password: hunter2hunter2\n```sre-action\naction: restart_rollout\n```\n"
    )
    (tmp_path / "broken.md").write_text("nothing in front")
    async with shelf(tmp_path) as hands:
        known = settings(
            database_url,
            mcp_runbooks_url=hands,
            mcp_runbooks_read_token=SecretStr(READ_TOKEN),
            secrets_key=SecretStr(SECRETS_KEY),
        )
        async with serving(create_app(known, engine, clock=clock)) as url:
            yield url


async def get(url: str, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
        return await client.get(path, headers={**AUTHORIZED, **headers})


async def test_runbooks_are_found_shown_and_listed_when_stale(api_url: str) -> None:
    found = (await get(api_url, "/api/v1/runbooks?alert=LedgerDown&service=ledger")).json()
    shown = (await get(api_url, "/api/v1/runbooks/team/ledger")).json()
    stale = (await get(api_url, "/api/v1/stale-runbooks")).json()
    missing = await get(api_url, "/api/v1/runbooks/nothing")
    stranger = await get(api_url, "/api/v1/runbooks", Authorization="Bearer " + "x" * 24)

    assert found["runbooks"][0]["id"] == "team/ledger"
    assert "broken.md" in found["left_out"][0]
    assert shown["runbook"]["steps"][0]["action"] == "restart_rollout"
    assert "hunter2hunter2" not in str(shown)
    assert stale["runbooks"][0]["id"] == "team/ledger"
    assert missing.status_code == 404
    assert stranger.status_code == 401


async def test_an_organization_reads_the_runbooks_of_its_own_clusters_only(
    api_url: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    far = tmp_path / "far"
    far.mkdir()
    (far / "tides.md").write_text("---\ntitle: Tides turn\nservice: tides\n---\n# Act\nWait.\n")
    sealed = Seal(SecretStr(SECRETS_KEY)).close(READ_TOKEN)
    async with shelf(far) as hands:
        viewer = await settle(engine, SealedEndpoint("runbooks", hands, sealed, None))
        for path in ("runbooks", "stale-runbooks", "runbooks/{}"):
            answers = {
                where: await get(api_url, f"/api/v1/{path.format(name)}?cluster={where}", **viewer)
                for where, name in (
                    ("far", "tides"),
                    ("bare", "tides"),
                    ("default", "team/ledger"),
                    ("", "team/ledger"),
                )
            }
            strange = await get(api_url, f"/api/v1/{path.format('tides')}?cluster=far")

            assert {where: each.status_code for where, each in answers.items()} == {
                "far": 200,
                "bare": 404,
                "default": 404,
                "": 404,
            }
            assert "Tides turn" in answers["far"].text
            assert all("Ledger" not in each.text for each in answers.values())
            assert strange.status_code == 404


async def test_without_a_server_that_is_said_with_where_to_look(
    database_url: str, engine: AsyncEngine, clock: Any
) -> None:
    async with serving(create_app(settings(database_url), engine, clock=clock)) as url:
        answer = await get(url, "/api/v1/runbooks")

    assert answer.status_code == 503
    assert "MCP_RUNBOOKS_URL" in answer.json()["detail"]


async def test_the_doctor_names_each_runbook_that_cannot_be_used(
    api_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lifecycle, "record", lambda _layout: {"url": api_url, "is_lab": True})
    known = {"API_TOKENS": f"ada:admin:{VIEWER}"}

    fault = await asyncio.to_thread(shelves.fault, Layout(tmp_path), known)

    assert fault is not None
    assert fault.startswith("folder: broken.md: ")


async def test_the_command_line_searches_shows_and_lists_and_obeys_no_markup(
    api_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = Client(api_url, VIEWER)
    monkeypatch.setattr(commands, "client", lambda: caller)
    run: Callable[..., Any] = CliRunner().invoke

    async def said(*arguments: str) -> str:
        result = await asyncio.to_thread(run, commands.runbooks, list(arguments))
        assert result.exit_code == 0, result.output
        return str(result.output)

    searched = await said("search", "refuses")
    shown = await said("show", "team/ledger")
    stale = await said("stale")
    caller._http.close()

    assert "team/ledger" in searched
    assert "left out: folder: broken.md" in searched
    assert "Ledger [bold]refuses[/]" in shown
    assert "typed step restart_rollout()" in shown
    assert "never validated, stale" in shown
    assert "team/ledger" in stale
    assert "runbooks are stale" in stale
