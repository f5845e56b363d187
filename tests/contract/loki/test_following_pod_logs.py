"""The log server follows what pods write: new files, rotation, deletion, and its own end."""

import json
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

SEEN_S = 5.0
POD = "shop_checkout-7d9f8c6b5d-x2x4z_0f8c"
Launch = Callable[..., tuple[subprocess.Popen[bytes], httpx.Client]]


def written(text: str, tag: str = "F") -> str:
    now_ns = time.time_ns()
    second = datetime.fromtimestamp(now_ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{second}.{now_ns % 10**9:09d}Z stdout {tag} {text}\n"


def append(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines(lines)


def streams(client: httpx.Client, query: str, **params: Any) -> list[dict[str, Any]]:
    answer = client.get("/loki/api/v1/query_range", params={"query": query, **params})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]["result"]
    return found


def lines_when(client: httpx.Client, query: str, count: int) -> list[str]:
    """Return the lines, oldest first, once there are as many as expected."""
    deadline = time.monotonic() + SEEN_S
    while True:
        entries = [one for stream in streams(client, query) for one in stream["values"]]
        if len(entries) >= count or time.monotonic() > deadline:
            return [line for _, line in sorted(entries, key=lambda entry: int(entry[0]))]
        time.sleep(0.05)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "logs" / POD / "app" / "0.log"


def test_a_line_of_a_new_pod_is_found_soon_under_all_its_labels(
    launch: Launch, log_file: Path
) -> None:
    _, client = launch()
    append(log_file, written('{"level": "warn", "msg": "slow"}'))

    lines = lines_when(client, '{namespace="shop"}', 1)

    assert lines == ['{"level": "warn", "msg": "slow"}']
    assert streams(client, '{namespace="shop"}')[0]["stream"] == {
        "app": "checkout",
        "cluster": "lab",
        "container": "app",
        "detected_level": "warn",
        "namespace": "shop",
        "pod": "checkout-7d9f8c6b5d-x2x4z",
        "service_name": "checkout",
    }


def test_the_labels_file_of_a_pod_names_its_application_and_an_option_the_cluster(
    launch: Launch, log_file: Path
) -> None:
    log_file.parent.mkdir(parents=True)
    (log_file.parents[1] / "labels.json").write_text(json.dumps({"app": "cart"}))
    append(log_file, written("hello"))

    _, client = launch("--label", "cluster=blue")

    assert lines_when(client, '{app="cart", cluster="blue"}', 1) == ["hello"]


def test_rotation_by_renaming_loses_and_doubles_nothing(launch: Launch, log_file: Path) -> None:
    _, client = launch()
    append(log_file, written("one"), written("two"))
    assert len(lines_when(client, '{app="checkout"}', 2)) == 2

    append(log_file, written("three"))
    log_file.rename(log_file.with_name("0.log.1"))
    append(log_file, written("four"))
    lines = lines_when(client, '{app="checkout"}', 4)

    assert lines == ["one", "two", "three", "four"]


def test_a_truncated_file_is_read_from_its_start_again(launch: Launch, log_file: Path) -> None:
    _, client = launch()
    append(log_file, written("before"), written("also before"))
    assert len(lines_when(client, '{app="checkout"}', 2)) == 2

    log_file.write_text(written("after"))

    assert lines_when(client, '{app="checkout"}', 3) == ["before", "also before", "after"]


def test_lines_of_a_pod_that_is_gone_are_kept_and_its_successor_is_found(
    launch: Launch, log_file: Path
) -> None:
    _, client = launch()
    append(log_file, written("old pod"))
    assert lines_when(client, '{app="checkout"}', 1) == ["old pod"]

    log_file.unlink()
    log_file.parent.rmdir()
    log_file.parents[1].rmdir()
    successor = log_file.parents[2] / "shop_checkout-7d9f8c6b5d-b7b9c_1a2b" / "app" / "0.log"
    append(successor, written("new pod"))

    assert lines_when(client, '{app="checkout"}', 2) == ["old pod", "new pod"]


def test_parts_of_a_long_line_are_put_together_and_an_unfinished_line_waits(
    launch: Launch, log_file: Path
) -> None:
    _, client = launch()
    append(log_file, written("a long ", "P"), written("line"), written("cut sho").rstrip("\n"))
    assert lines_when(client, '{app="checkout"}', 1) == ["a long line"]

    append(log_file, "rt\n")

    assert lines_when(client, '{app="checkout"}', 2) == ["a long line", "cut short"]


def test_what_does_not_fit_is_forgotten_oldest_first(launch: Launch, log_file: Path) -> None:
    _, client = launch("--max-entries", "100")

    append(log_file, *(written(f"line {number}") for number in range(500)))
    deadline = time.monotonic() + SEEN_S
    lines: list[str] = []
    while "line 499" not in lines and time.monotonic() < deadline:
        found = streams(client, '{app="checkout"}', limit=5000, direction="forward")
        lines = [line for stream in found for _, line in stream["values"]]

    assert 80 <= len(lines) <= 100
    assert lines == [f"line {number}" for number in range(500 - len(lines), 500)]


def test_sigterm_ends_the_server_in_order_and_takes_its_record_away(
    launch: Launch, tmp_path: Path
) -> None:
    process, client = launch()
    assert client.get("/ready").text == "ready\n"
    recorded_pid = json.loads((tmp_path / "loki.json").read_text())["pid"]

    process.terminate()
    status = process.wait(10)

    assert recorded_pid == process.pid
    assert status == 0
    assert not (tmp_path / "loki.json").exists()
