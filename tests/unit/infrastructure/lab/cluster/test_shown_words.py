"""Ages, quantities, and the one word that sums a pod up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from infrastructure.lab.cluster import durations, quantities
from infrastructure.lab.cluster.pod_summary import Summary, summarize

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (252, "4m12s"),
        (600, "10m"),
        (10799, "179m"),
        (10800, "3h"),
        (12060, "3h21m"),
        (8 * 3600, "8h"),
        (47 * 3600, "47h"),
        (50 * 3600, "2d2h"),
        (9 * 86400, "9d"),
        (800 * 86400, "2y70d"),
        (9 * 365 * 86400, "9y"),
    ],
)
def test_an_age_is_written_as_kubectl_writes_it(seconds: int, text: str) -> None:
    assert durations.written(timedelta(seconds=seconds)) == text


def test_an_unknown_moment_has_an_unknown_age() -> None:
    assert durations.age(None, NOW) == "<unknown>"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100m", Decimal("0.1")),
        ("1", Decimal(1)),
        ("1.5", Decimal("1.5")),
        ("64Mi", Decimal(64 * 2**20)),
        ("1G", Decimal(10**9)),
        ("1e3", Decimal(1000)),
        ("-1", Decimal(-1)),
    ],
)
def test_a_quantity_is_read_in_its_base_unit(text: str, number: Decimal) -> None:
    assert quantities.parse(text) == number


@pytest.mark.parametrize("text", ["", "lots", "1 Gi", "1gi", "1e", "--1", "NaN", "1e99999"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match"):
        quantities.parse(text)


def test_a_fraction_is_written_in_thousandths() -> None:
    written = [quantities.written(value) for value in (0.5, "0.25", 2, "2.0", "64Mi")]

    assert written == ["500m", "250m", "2", "2.0", "64Mi"]


def pod(*statuses: dict[str, Any], phase: str = "Running", **metadata: str) -> dict[str, Any]:
    return {
        "metadata": {"name": "p", **metadata},
        "spec": {"containers": [{"name": "a"}]},
        "status": {"phase": phase, "containerStatuses": list(statuses)},
    }


RUNNING = {"ready": True, "restartCount": 0, "state": {"running": {}}}
CRASHED = {
    "ready": False,
    "restartCount": 3,
    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T11:59:30Z"}},
}


@pytest.mark.parametrize(
    ("shown", "summary"),
    [
        (pod(RUNNING), Summary("1/1", "Running", "0")),
        (pod(phase="Pending"), Summary("0/1", "Pending", "0")),
        (pod(CRASHED), Summary("0/1", "CrashLoopBackOff", "3 (30s ago)")),
        (pod(RUNNING, deletionTimestamp="x"), Summary("1/1", "Terminating", "0")),
        (
            pod({"state": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}),
            Summary("0/1", "OOMKilled", "0"),
        ),
        (pod({"state": {"terminated": {"exitCode": 7}}}), Summary("0/1", "ExitCode:7", "0")),
        (
            pod({"state": {"terminated": {"exitCode": 0, "signal": 9}}}),
            Summary("0/1", "Signal:9", "0"),
        ),
    ],
)
def test_a_pod_is_summed_up_as_kubectl_does(shown: dict[str, Any], summary: Summary) -> None:
    assert summarize(shown, NOW) == summary


def test_a_pod_that_initializes_says_how_far_it_is() -> None:
    shown = pod(phase="Pending")
    shown["spec"]["initContainers"] = [{"name": "i"}, {"name": "j"}]
    shown["status"]["initContainerStatuses"] = [
        {"state": {"terminated": {"exitCode": 0}}},
        {"state": {"waiting": {"reason": "PodInitializing"}}},
    ]

    assert summarize(shown, NOW).status == "Init:1/2"
