"""A Notion that refuses, is slow, silent or gone is told as that, and asked within its limits."""

import socket
from datetime import timedelta

import pytest
from notion_server import (
    DATABASE,
    TOKEN,
    Workspace,
    error,
    rate_limited,
    serving,
)
from notion_source import NOW, Sleeps, full_page, opened

from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.runbooks.notion.api import connect
from mcp_servers.runbooks.notion.source import NotionDatabase


async def test_a_rate_limit_is_waited_out_for_as_long_as_notion_asks() -> None:
    sleep = Sleeps()
    workspace = Workspace(pages=[full_page()], busy=[rate_limited("2"), rate_limited()])

    async with opened(workspace, sleep=sleep) as source:
        shelf = await source.shelf()

    assert len(shelf.entries) == 1
    assert sleep.seconds == [2.0, 1.0]


async def test_a_rate_limit_that_asks_for_too_long_is_told_and_not_waited_out() -> None:
    sleep = Sleeps()

    async with opened(Workspace(busy=[rate_limited("120")]), sleep=sleep) as source:
        with pytest.raises(UnreachableError, match="wait 120 s"):
            await source.shelf()

    assert sleep.seconds == []


async def test_a_notion_that_stays_broken_is_asked_a_few_times_and_then_unreachable() -> None:
    busy = [error(503, "service_unavailable", "Notion is unavailable.")] * 20
    workspace = Workspace(busy=busy)

    async with opened(workspace) as source:
        with pytest.raises(UnreachableError, match="503"):
            await source.shelf()

    assert len(workspace.asked) == 4


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"token": "ntn_another_0123456789"}, "forbidden"),
        ({"database": "1f0d2c6a-9a51-4f7e-8f55-0c4d3f8a0009"}, "not_found"),
        ({"database": "no-uuid"}, "invalid_arguments"),
    ],
)
async def test_what_notion_refuses_is_refused_in_its_own_words(
    how: dict[str, str], code: str
) -> None:
    async with opened(Workspace(), **how) as source:  # type: ignore[arg-type]
        with pytest.raises(RefusedError) as refusal:
            await source.require_ready()

    assert refusal.value.code == code
    assert "Notion answered 4" in refusal.value.reason
    assert "ntn_" not in refusal.value.reason


async def test_a_notion_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        api = connect(f"http://127.0.0.1:{closed.getsockname()[1]}", TOKEN)
        source = NotionDatabase(api, DATABASE, lambda: NOW)

        with pytest.raises(UnreachableError):
            await source.shelf()
    await source.close()


async def test_when_notion_falls_silent_the_last_list_is_given_and_said_to_be_old() -> None:
    now = [NOW]
    async with serving(Workspace(pages=[full_page()])) as url:
        source = NotionDatabase(connect(url, TOKEN), DATABASE, lambda: now[0])
        await source.shelf()
    now[0] += timedelta(minutes=5)

    shelf = await source.shelf()
    await source.close()

    assert len(shelf.entries) == 1
    assert "12:00:00" in shelf.left_out[0]


async def test_whoever_waits_for_readiness_does_not_spend_the_rate_limit() -> None:
    workspace = Workspace(busy=[error(403, "restricted_resource", "No.")])

    async with opened(workspace) as source:
        for _ in range(20):
            with pytest.raises(ToolFailureError, match="403"):
                await source.require_ready()

    assert len(workspace.asked) == 1


async def test_a_silent_notion_keeps_nobody_from_starting() -> None:
    busy = [error(503, "service_unavailable", "Notion is unavailable.")] * 20

    async with opened(Workspace(busy=busy)) as source:
        await source.require_ready()
        with pytest.raises(UnreachableError):
            await source.shelf()
