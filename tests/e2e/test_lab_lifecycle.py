"""A lab from up to down: a real fault, a real alert with its token, a real repair."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from http_listener import answering

from infrastructure.lab import world

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
SEED = 4
CREDENTIAL = "a-token-of-the-webhook"


@dataclass
class Receiver:
    """What a webhook was told, and with which credentials."""

    notices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    def told(self, status: str, **labels: str) -> bool:
        """Say whether an alert with these labels was delivered in a status."""
        return any(
            alert["status"] == status and labels.items() <= alert["labels"].items()
            for _, notice in list(self.notices)
            for alert in notice["alerts"]
        )


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    heard = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.notices.append((self.headers.get("authorization", ""), json.loads(body)))
            self.send_response(202)
            self.end_headers()

    with answering(Handler) as address:
        heard.url = f"http://{address}/webhook/alert"
        yield heard


@dataclass(frozen=True)
class Lab:
    """A lab's folder, and its command line."""

    folder: Path

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run a command of the lab and return what it said."""
        done = self.attempt(*arguments)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the lab, however it ends."""
        command = [
            sys.executable,
            "-m",
            "infrastructure.lab",
            *arguments,
            "--dir",
            str(self.folder),
        ]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )

    @property
    def record(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "lab.json").read_text())
        return document

    def processes(self) -> list[psutil.Process]:
        """Return the supervisor and all that descends from it."""
        supervisor = psutil.Process(self.record["pid"])
        return [supervisor, *supervisor.children(recursive=True)]


def lives(process: psutil.Process) -> bool:
    """Say whether a process runs; one that only waits for init to reap it does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(condition: Callable[[], bool], within_s: float) -> bool:
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture(scope="module")
def lab(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    token_file = folder.parent / "webhook-token"
    token_file.write_text(CREDENTIAL)
    lab = Lab(folder)
    webhook = ("--webhook-url", receiver.url, "--webhook-token-file", str(token_file))
    lab.run("up", "--seed", str(SEED), *webhook)
    yield lab
    lab.run("down")


@pytest.fixture
def second_lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path / "second")
    lab.run("up", "--seed", "3")
    yield lab
    lab.run("down")


def test_a_lab_that_is_up_serves_everything_it_names(lab: Lab) -> None:
    status = json.loads(lab.run("status", "--json"))

    assert status["state"] == "up"
    assert set(status["parts"].values()) == {"ok"}
    assert lab.record["world"] == {str(k): v for k, v in world.make(SEED).services.items()}
    assert httpx.get(lab.record["frontend"]["url"], trust_env=False).status_code == 200


def test_prometheus_knows_the_shop_the_cluster_and_the_node(lab: Lab) -> None:
    def value(query: str) -> float:
        url = f"{lab.record['prometheus']['url']}/api/v1/query"
        result = httpx.get(url, params={"query": query}, trust_env=False).json()["data"]["result"]
        return float(result[0]["value"][1]) if result else 0.0

    namespace = lab.record["namespace"]
    assert eventually(
        lambda: value(f'sum(rate(http_requests_total{{namespace="{namespace}"}}[5s]))') > 20, 20
    )
    assert value(f'count(kube_deployment_spec_replicas{{namespace="{namespace}"}})') == 5
    assert value(f'count(container_memory_working_set_bytes{{namespace="{namespace}"}})') >= 9
    assert value('ALERTS{alertname="Watchdog",alertstate="firing"}') == 1


def test_a_bad_release_is_told_with_the_token_and_healing_resolves_it(
    lab: Lab, receiver: Receiver
) -> None:
    place = world.make(SEED)
    (role,) = place.struck("bad-release")
    culprit = place.services[role]

    lab.run("break", "bad-release")

    assert eventually(
        lambda: receiver.told("firing", alertname="HighErrorRate", service=culprit), 40
    )
    truth = [json.loads(line) for line in (lab.folder / "faults.jsonl").read_text().splitlines()]
    assert truth[-1]["class"] == "bad_release"
    assert truth[-1]["object"]["name"] == culprit
    lab.run("heal")
    assert eventually(
        lambda: receiver.told("resolved", alertname="HighErrorRate", service=culprit), 40
    )
    assert {credentials for credentials, _ in receiver.notices} == {f"Bearer {CREDENTIAL}"}


def test_a_watchdog_is_told_all_the_time(lab: Lab, receiver: Receiver) -> None:
    assert eventually(lambda: receiver.told("firing", alertname="Watchdog"), 20)


def test_a_false_alarm_is_told_and_over_and_changes_nothing(lab: Lab, receiver: Receiver) -> None:
    place = world.make(SEED)
    (role,) = place.struck("false-alarm")
    labels = {"service": place.services[role], "alertname": "HighErrorRate"}
    audit_log = Path(lab.record["kubernetes"]["audit_log"])
    writes = audit_log.read_text().count("\n")

    lab.run("break", "false-alarm")

    assert eventually(lambda: receiver.told("firing", **labels), 10)
    assert eventually(lambda: receiver.told("resolved", **labels), 30)
    assert audit_log.read_text().count("\n") == writes
    truth = json.loads((lab.folder / "faults.jsonl").read_text().splitlines()[-1])
    assert (truth["class"], truth["repairs"]) == ("none", [])


def test_a_second_lab_in_the_same_folder_is_refused(lab: Lab) -> None:
    assert "already up" in lab.run("up", expect=1)


def test_a_part_that_dies_is_started_again(lab: Lab) -> None:
    document = json.loads((lab.folder / "processes.json").read_text())
    before = document["children"]["alertmanager"]

    os.kill(before["identity"]["pid"], signal.SIGKILL)

    def is_back() -> bool:
        now = json.loads((lab.folder / "processes.json").read_text())["children"]["alertmanager"]
        return bool(now["restarts"] == before["restarts"] + 1)

    assert eventually(is_back, 10)
    assert eventually(lambda: lab.attempt("status").returncode == 0, 10)


def test_down_leaves_no_process_and_the_other_lab_alone(lab: Lab, second_lab: Lab) -> None:
    processes = second_lab.processes()
    assert len(processes) > 9

    second_lab.run("down")

    assert [process for process in processes if lives(process)] == []
    assert json.loads(lab.run("status", "--json"))["state"] == "up"


def test_a_killed_supervisor_takes_everything_with_it(second_lab: Lab) -> None:
    processes = second_lab.processes()

    processes[0].kill()

    assert eventually(lambda: not any(map(lives, processes)), 15)
    assert "no lab" in second_lab.run("break", "bad-release", expect=1)
