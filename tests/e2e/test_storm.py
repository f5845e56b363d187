"""Thousands of alerts of one failure: one incident, one run, and nothing lost whoever is killed."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest
from platform_process import TRUST, Platform, until
from scene import OpenScene, Scene

GROUP = 10
SENDERS = 6
SEND_LIMIT_S = 60.0

Json = dict[str, Any]


@dataclass
class Storm:
    """Alerts of one failure, sent as Alertmanager sends them: again until they are acknowledged."""

    platform: Platform
    namespace: str
    services: list[str]
    size: int
    answers: list[Json] = field(default_factory=list)
    failures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rage(self) -> None:
        """Send everything; return when all of it was acknowledged."""
        started_at = dt.datetime.now(dt.UTC).isoformat()
        groups = [tuple(range(at, min(at + GROUP, self.size))) for at in range(0, self.size, GROUP)]
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(lambda numbers: self._send(numbers, started_at), groups))

    def _send(self, numbers: tuple[int, ...], started_at: str) -> None:
        body = {
            "version": "4",
            "groupKey": "{}",
            "alerts": [self._alert(number, started_at) for number in numbers],
        }
        headers = {"Authorization": f"Bearer {self.platform.tokens['webhook']}"}
        deadline_s = time.monotonic() + SEND_LIMIT_S
        while time.monotonic() < deadline_s:
            try:
                answer = httpx.post(
                    f"{self.platform.url}/webhook/alert",
                    json=body,
                    headers=headers,
                    timeout=10,
                    trust_env=False,
                    verify=TRUST,
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 202:
                with self.lock:
                    self.answers.append(answer.json())
                return
            with self.lock:
                self.failures += 1
            time.sleep(0.3)
        raise AssertionError(f"not acknowledged within {SEND_LIMIT_S:g} s")

    def _alert(self, number: int, started_at: str) -> Json:
        return {
            "status": "firing",
            "labels": {
                "alertname": "HighErrorRate",
                "namespace": self.namespace,
                "service": self.services[number % len(self.services)],
                "severity": "critical",
                "instance": f"10.0.0.{number}:8080",
            },
            "annotations": {"summary": "Error ratio above 5 %"},
            "startsAt": started_at,
            "fingerprint": f"storm{number:08d}",
        }


@pytest.fixture
def scene(open_scene: OpenScene) -> Scene:
    return open_scene(1)


@pytest.mark.e2e
def test_a_storm_of_one_failure_is_one_incident_with_one_run(scene: Scene) -> None:
    storm = _prepare(scene, 1_000)
    case = scene.break_()
    until("an incident", lambda: scene.fresh(case))

    storm.rage()

    _is_complete(storm)
    incident_id = _only_incident(scene.platform)
    assert scene.await_request(case) == incident_id
    assert len(_of_kind(scene.platform, incident_id, "run_started")) == 1
    assert storm.failures == 0


@pytest.mark.kill
@pytest.mark.parametrize("victim", ["api", "worker", "postgres"])
def test_whoever_is_killed_in_a_storm_nothing_acknowledged_is_lost_or_counted_twice(
    victim: str, scene: Scene
) -> None:
    storm = _prepare(scene, 3_000)
    case = scene.break_()
    until("an incident", lambda: scene.fresh(case))

    with ThreadPoolExecutor(1) as pool:
        raging = pool.submit(storm.rage)
        until("the storm has begun", lambda: len(storm.answers) > 20)
        scene.platform.program(victim).kill()
        raging.result()

    _is_complete(storm)
    incident_id = _only_incident(scene.platform)
    scene.await_request(case)
    assert scene.platform.get("/api/v1/audit/verify")["ok"]
    assert len(_of_kind(scene.platform, incident_id, "run_started")) == 1


def _prepare(scene: Scene, size: int) -> Storm:
    """Return a storm over all services that are known to call one another."""
    names = until("the cluster is surveyed", lambda: _surveyed(scene))
    return Storm(scene.platform, scene.world.namespace, names, size)


def _surveyed(scene: Scene) -> list[str]:
    query = """SELECT caller FROM service_edges WHERE namespace = %(namespace)s
        UNION SELECT callee FROM service_edges WHERE namespace = %(namespace)s"""
    with psycopg.connect(scene.platform.database_url) as connection:
        rows = connection.execute(query, {"namespace": scene.world.namespace}).fetchall()
    return sorted(row[0] for row in rows)


def _is_complete(storm: Storm) -> None:
    """Prove that every alert is there, began once, and that each acknowledgement was counted."""
    query = """SELECT count(*), count(DISTINCT incident_id), sum(repeat_count),
        (SELECT count(*) FROM events WHERE kind = 'alert_received'
            AND payload ->> 'fingerprint' LIKE 'storm%%') FROM alerts
        WHERE fingerprint LIKE 'storm%%'"""
    with psycopg.connect(storm.platform.database_url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    alerts, incidents, repeats, received = row
    assert (alerts, incidents, received) == (storm.size, 1, storm.size)
    acknowledged = sum(answer["received"] for answer in storm.answers)
    assert acknowledged == storm.size
    # What was committed before its acknowledgement was lost is sent once more, and is a repeat.
    deduplicated = sum(answer["deduplicated"] for answer in storm.answers)
    assert repeats >= deduplicated
    assert repeats <= storm.failures * GROUP


def _only_incident(platform: Platform) -> str:
    """Return the incident that has the storm's alerts."""
    query = "SELECT DISTINCT incident_id FROM alerts WHERE fingerprint LIKE 'storm%%'"
    with psycopg.connect(platform.database_url) as connection:
        ((incident_id,),) = connection.execute(query).fetchall()
    return str(incident_id)


def _of_kind(platform: Platform, incident_id: str, kind: str) -> list[Json]:
    """Return the events of a kind out of a log of many pages."""
    query = "SELECT payload FROM events WHERE incident_id = %s AND kind = %s"
    with psycopg.connect(platform.database_url) as connection:
        return [row[0] for row in connection.execute(query, (incident_id, kind)).fetchall()]
