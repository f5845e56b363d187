"""A real log server, and the entries that were in the real Loki when its answers were recorded."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

READY_S = 15.0
STOP_S = 10.0
# When the recorded queries ended, in nanoseconds.
RECORDED_END_NS = 1795191846373486497
MINUTE_NS = 60 * 10**9


@dataclass
class LogServer:
    process: subprocess.Popen[bytes]
    url: str


def start(folder: Path, *options: str) -> LogServer:
    command = [sys.executable, "-m", "infrastructure.lab.logs", "--dir", str(folder)]
    command += ["--logs", str(folder / "state" / "logs"), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    ready = folder / "loki.json"
    deadline = time.monotonic() + READY_S
    while not ready.exists():
        assert process.poll() is None, "the log server ended before it was ready"
        assert time.monotonic() < deadline, "the log server did not become ready"
        time.sleep(0.02)
    return LogServer(process, json.loads(ready.read_text())["url"])


def stop(server: LogServer) -> int:
    if server.process.poll() is None:
        server.process.terminate()
    try:
        return server.process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        server.process.kill()
        return server.process.wait(STOP_S)


@pytest.fixture
def launch(
    tmp_path: Path,
) -> Iterator[Callable[..., tuple[subprocess.Popen[bytes], httpx.Client]]]:
    """Start servers that follow `state/logs` in the test's folder; all are stopped in the end."""
    with contextlib.ExitStack() as stack:

        def launcher(*options: str) -> tuple[subprocess.Popen[bytes], httpx.Client]:
            server = start(tmp_path, *options)
            stack.callback(stop, server)
            client = httpx.Client(base_url=server.url, trust_env=False, timeout=10)
            return server.process, stack.enter_context(client)

        yield launcher


def checkout_entry(index: int, start_ns: int) -> list[Any]:
    failed = index % 6 == 0
    line = {
        "level": "error" if failed else "info",
        "msg": "upstream timeout calling payments" if failed else "order placed",
        "status": 504 if failed else 200,
        "duration_ms": 5000 if failed else 20 + index,
        "path": "/checkout",
    }
    at = str(start_ns + index * 5 * 10**9)
    return [at, json.dumps(line), {"trace_id": f"{index:032x}"}]


def payments_entry(index: int, start_ns: int) -> list[Any]:
    line = f'level=warn msg="pool exhausted" active={20 + index} max=20'
    return [str(start_ns + index * 10 * 10**9), line]


def recorded_streams(shift_ns: int) -> dict[str, Any]:
    common = {"namespace": "shop", "container": "app", "cluster": "ci"}
    checkout_ns = 1795191545373486497 + shift_ns
    payments_ns = 1795191645373486497 + shift_ns
    return {
        "streams": [
            {
                "stream": {**common, "app": "checkout", "pod": "checkout-7c9-abc"},
                "values": [checkout_entry(index, checkout_ns) for index in range(60)],
            },
            {
                "stream": {**common, "app": "payments", "pod": "payments-5d4-xyz"},
                "values": [payments_entry(index, payments_ns) for index in range(20)],
            },
        ]
    }


@pytest.fixture(scope="module")
def shift_ns() -> int:
    """By how many whole minutes, in nanoseconds, the recorded times are moved to be recent."""
    return (time.time_ns() - RECORDED_END_NS) // MINUTE_NS * MINUTE_NS


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, shift_ns: int) -> Iterator[httpx.Client]:
    """Speak to a server that holds the recorded entries."""
    server = start(tmp_path_factory.mktemp("loki"))
    with httpx.Client(base_url=server.url, trust_env=False, timeout=10) as http:
        answer = http.post("/loki/api/v1/push", json=recorded_streams(shift_ns))
        assert answer.status_code == 204, answer.text
        yield http
    assert stop(server) == 0


@pytest.fixture(scope="module")
def ask(client: httpx.Client, shift_ns: int) -> Callable[[dict[str, Any]], httpx.Response]:
    """Ask what was asked in a recording, at the moved times."""

    def send(recorded: dict[str, Any]) -> httpx.Response:
        params = dict(recorded["request"]["params"] or {})
        for name in ("start", "end"):
            if params.get(name, "").isdigit():
                params[name] = str(int(params[name]) + shift_ns)
        path = recorded["request"]["path"]
        if path.endswith("/query") and recorded["status"] == 200:
            at_s = recorded["body"]["data"]["result"][0]["value"][0]
            params["time"] = str(at_s + shift_ns // 10**9)
        return client.get(path, params=params)

    return send
