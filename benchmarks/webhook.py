"""How many alerts a second are on disk: `python -m benchmarks.webhook`.

Everything runs on this machine, load generator included: a PostgreSQL of its own, the API, and
50 senders.
"""

import json
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import uvloop

from benchmarks import load, programs
from benchmarks.figure import Figure, show

COMMAND = "python -m benchmarks.webhook"
AIMS = {"single alerts, new": 1500.0, "groups of 20, new": 10_000.0}
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


def measure(database_url: str, socket_path: Path, token: str) -> Iterator[Figure]:
    """Run every scenario, and compare what was acknowledged with what is in the database.

    Raises:
        RuntimeError: An acknowledged alert is not in the database.
    """
    for name, (requests, group) in SCENARIOS.items():
        before = count(database_url)
        result = uvloop.run(load.run(str(socket_path), token, requests, SENDERS))
        stored = count(database_url) - before
        if stored != len(requests) * group:
            raise RuntimeError(f"{name}: {len(requests) * group} acknowledged, {stored} stored")
        label = f"webhook, {name}, {SENDERS} senders"
        yield Figure(f"{label}: p50", result.p50_ms, "ms", COMMAND)
        yield Figure(f"{label}: p99", result.p99_ms, "ms", COMMAND)
        rate = result.per_second * group
        yield Figure(f"{label}", rate, "alerts/s", COMMAND, aim=AIMS.get(name), at="least")


def count(database_url: str) -> int:
    """Return how often an alert was taken note of."""
    with psycopg.connect(database_url) as connection:
        query = "SELECT count(*) + coalesce(sum(repeat_count), 0) FROM alerts"
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def run() -> Iterator[Figure]:
    """Start everything, measure, clean up; yield the figures."""
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="sre-api-", dir="/tmp") as folder:
        api_socket = Path(folder) / "socket"
        with (
            programs.database() as url,
            programs.program("benchmarks.webhook_server", url, str(api_socket), token),
        ):
            programs.await_socket(api_socket)
            yield from measure(url, api_socket, token)


if __name__ == "__main__":
    show(run())
