"""The signer as the program it is: killed, started again, its keys changed while it serves."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from signer_case import ACTION, ID, Case

from backend.clock import SystemClock
from backend.db import organization_log
from backend.db.organization_log import Deed
from backend.signer.client import SignerClient
from sre_agent import ports

BEARER = "0f" * 20
PATIENCE_S = 60.0

pytestmark = pytest.mark.kill


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def clock() -> SystemClock:
    """The signer's own process has the world's clock, and so has its record."""
    return SystemClock()


@pytest.fixture
def keys(tmp_path: Path) -> list[str]:
    places = ["--out", str(tmp_path / "key.pem"), "--public", str(tmp_path / "key.pub")]
    signer_command("ensure-key", *places)
    return places


def signer_command(*arguments: str) -> str:
    command = [sys.executable, "-m", "backend.signer", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def serving(database_url: str, keys: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "SIGNER_TOKEN": BEARER,
        "SIGNER_PORT": str(port),
        "SIGNING_KEY_FILE": keys[1],
    }
    with subprocess.Popen([sys.executable, "-m", "backend.signer"], env=environment) as process:
        try:
            wait_until_alive(port)
            yield process
        finally:
            process.kill()


def wait_until_alive(port: int) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
            found: dict[str, Any] = answer.raise_for_status().json()
        except httpx.HTTPError:
            assert time.monotonic() < until, "the signer does not come up"
            time.sleep(0.1)
        else:
            return found


async def ask(port: int) -> ports.Grant | ports.GrantDenied:
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{port}"
        return await SignerClient(client, url, SecretStr(BEARER)).mint(ID, ACTION)


async def test_a_signer_killed_amid_its_work_gives_the_same_grant_when_it_is_back(
    case: Case, database_url: str, keys: list[str]
) -> None:
    await case.approve()
    port = free_port()

    with serving(database_url, keys, port) as process:
        first = await ask(port)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
    with serving(database_url, keys, port):
        again = await ask(port)

    assert isinstance(first, ports.Grant)
    assert again == first


async def test_keys_rotate_while_the_signer_serves(
    case: Case, database_url: str, keys: list[str]
) -> None:
    port = free_port()

    with serving(database_url, keys, port):
        before = wait_until_alive(port)["key_id"]
        listed = signer_command("keys", "rotate", *keys)
        after = wait_until_alive(port)["key_id"]
        told = await wait_for_news(case, after)

    assert before != after
    assert f"{before}  verifying" in listed
    assert told["verifying"] == [before]


async def wait_for_news(case: Case, key_id: str) -> dict[str, Any]:
    """Return what the organization's log says of the keys once it names this one."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        async with case.engine.connect() as connection:
            entries = await organization_log.read(connection, "default")
        for entry in entries:
            if entry.kind == Deed.SIGNING_KEYS_CHANGED and entry.payload["signing"] == [key_id]:
                return entry.payload
        await case.clock.sleep(0.2)
    raise AssertionError("the log does not tell of the new key")
