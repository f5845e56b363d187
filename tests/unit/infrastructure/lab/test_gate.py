"""A lab in a container is reached from outside, with the tokens that were chosen for it."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from infrastructure.lab import gate, settings
from infrastructure.lab.cluster.auth import Tokens

OUTSIDE = f"127.{210 + os.getpid() % 40}.{os.getpid() // 40 % 250}.7"


async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello")
    writer.close()
    await writer.wait_closed()


async def test_each_part_is_found_at_its_port_while_the_gate_is_open() -> None:
    inside = await asyncio.start_server(greet, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{inside.sockets[0].getsockname()[1]}"
    heard = set()

    async with gate.opened(OUTSIDE, {name: {"url": url} for name in gate.PORTS}):
        for port in gate.PORTS.values():
            reader, writer = await asyncio.open_connection(OUTSIDE, port)
            async with asyncio.timeout(5):
                heard.add(await reader.read())
            writer.close()

    inside.close()
    assert heard == {b"hello"}
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(OUTSIDE, gate.PORTS["kubernetes"])


async def test_without_a_host_nothing_is_opened() -> None:
    async with gate.opened(None, {}):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(OUTSIDE, gate.PORTS["kubernetes"])


def test_chosen_tokens_are_taken_and_the_others_are_fresh(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    file.write_text(json.dumps({"read": "chosen-to-read"}))

    tokens, others = Tokens.chosen(file), Tokens.chosen(None)

    assert tokens.read == "chosen-to-read"
    assert len({tokens.write, tokens.admin, others.read, others.write, others.admin}) == 5


def test_what_a_served_lab_is_told_comes_from_its_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LAB_HOST", "0.0.0.0")  # noqa: S104 - what a container says
    monkeypatch.setenv("LAB_WEBHOOK_URL", "http://x/webhook")
    monkeypatch.setenv("LAB_WEBHOOK_TOKEN", "told")
    monkeypatch.setenv("LAB_READ_TOKEN", "")
    monkeypatch.setenv("LAB_FORGE_WEBHOOK_URL", "http://x/forge")
    monkeypatch.setenv("LAB_FORGE_SECRET", "signs")
    monkeypatch.delenv("LAB_WRITE_TOKEN", raising=False)

    told = settings.served()

    assert told == settings.Served(
        host="0.0.0.0",  # noqa: S104
        webhook_url="http://x/webhook",
        webhook_token="told",  # noqa: S106 - made up
        read_token=None,
        write_token=None,
        forge_webhook_url="http://x/forge",
        forge_secret="signs",  # noqa: S106 - made up
    )
