"""How many alerts a second are on disk: `python -m benchmarks.webhook`.

Everything runs on this machine, load generator included: a PostgreSQL of its own, the API, and
50 senders. Prints one JSON line for each scenario.
"""

import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import uvloop

from backend.db.migrations import migrate
from benchmarks import load

SENDERS = 50
SERVICES = 50


def bodies(webhooks: int, group: int, *, services: int, label: str) -> list[bytes]:
    """Return webhooks of `group` alerts each, all different, spread over some services."""
    alerts = ((label, number, number % services) for number in range(webhooks * group))
    return [_body([next(alerts) for _ in range(group)]) for _ in range(webhooks)]


def _body(alerts: list[tuple[str, int, int]]) -> bytes:
    rendered = [
        {
            "status": "firing",
            "labels": {
                "alertname": "HighErrorRate",
                "namespace": "prod",
                "service": f"{label}-{service}",
                "severity": "critical",
                "instance": f"10.0.{number % 250}.1:8080",
                "team": "platform",
            },
            "annotations": {
                "summary": "Error ratio above 5 %",
                "runbook_url": "https://runbooks.test/HighErrorRate",
            },
            "startsAt": "2026-03-01T12:00:00.123Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=errors&g0.tab=1",
            "fingerprint": f"{label}{number:012x}",
        }
        for label, number, service in alerts
    ]
    webhook = {"version": "4", "groupKey": "{}:{}", "status": "firing", "alerts": rendered}
    return json.dumps(webhook).encode()


SCENARIOS = {
    "single alerts, new": (bodies(15_000, 1, services=SERVICES, label="a"), 1),
    "groups of 20, new": (bodies(3_000, 20, services=SERVICES, label="b"), 20),
    "single alerts, repeated": (bodies(1, 1, services=1, label="c") * 15_000, 1),
    "each opens an incident": (bodies(5_000, 1, services=5_000, label="d"), 1),
}


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a Python module for as long as the block runs."""
    command = [sys.executable, "-m", *arguments]
    process = subprocess.Popen(  # noqa: S603 - our own modules
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def await_socket(path: Path, timeout_s: float = 30) -> None:
    """Wait until the server listens."""
    deadline = time.monotonic() + timeout_s
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on {path}")
        time.sleep(0.05)


def measure(database_url: str, socket_path: Path, token: str) -> None:
    """Run every scenario, and compare what was acknowledged with what is in the database."""
    for name, (requests, group) in SCENARIOS.items():
        before = count(database_url)
        result = uvloop.run(load.run(str(socket_path), token, requests, SENDERS))
        facts = {
            "scenario": name,
            "webhooks_per_s": round(result.per_second),
            "alerts_per_s": round(result.per_second * group),
            "p50_ms": round(result.p50_ms, 1),
            "p99_ms": round(result.p99_ms, 1),
            "alerts_stored": count(database_url) - before,
        }
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()


def count(database_url: str) -> int:
    """Return how often an alert was taken note of."""
    with psycopg.connect(database_url) as connection:
        query = "SELECT count(*) + coalesce(sum(repeat_count), 0) FROM alerts"
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def main() -> None:
    """Start everything, measure, clean up."""
    home = Path(tempfile.mkdtemp(prefix="sre-bench-", dir="/tmp"))
    sockets = Path(f"{home}-s")
    api_socket = Path(f"{home}.api")
    token = secrets.token_hex(16)
    try:
        postgres = ("backend.db.embedded", "--data", str(home), "--socket-dir", str(sockets))
        with program(*postgres) as server:
            line = server.stdout.readline() if server.stdout else ""
            url = line.strip().removeprefix("DATABASE_URL=")
            migrate(url)
            with program("benchmarks.webhook_server", url, str(api_socket), token):
                await_socket(api_socket)
                measure(url, api_socket, token)
    finally:
        for folder in (home, sockets):
            shutil.rmtree(folder, ignore_errors=True)
        api_socket.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
