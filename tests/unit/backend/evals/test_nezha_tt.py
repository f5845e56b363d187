"""Nezha's layout, on a small system of our own: the service at fault, whatever its name."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from backend.evals import measuring
from backend.evals.folders import Folder
from backend.evals.nezha_tt import NezhaTrainTicket

PODS = {"door": "door-6f6cfc45b8-h5m2n", "shop": "shop-5dc8d4f9fd-46997"}
NANO = 1_000_000_000
CALM_S, BAD_S = 1_690_000_200, 1_690_003_800


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


def minute(
    folder: Path, prefix: str, start_s: int, *, slow_s: float = 0.0, said: str = "sold"
) -> None:
    """Write the calls of twenty requests through the door to the shop, and what the shop says."""
    spans, lines = list[dict[str, Any]](), list[dict[str, Any]]()
    for number in range(20):
        trace, start = f"{start_s + number:032x}", (start_s + number) * NANO
        took = int((0.01 + slow_s) * NANO)
        for name, parent, who, what, begins, ends in (
            ("d" * 16, "root", "door", "GET /", start, start + took + 4_000_000),
            ("c" * 16, "d" * 16, "door", "HTTP GET", start + 1_000_000, start + took + 3_000_000),
            ("e" * 16, "c" * 16, "shop", "sell", start + 2_000_000, start + took + 2_000_000),
        ):
            span = {"TraceID": trace, "SpanID": name, "ParentID": parent, "PodName": PODS[who]}
            times = {
                "StartTimeUnixNano": begins,
                "EndTimeUnixNano": ends,
                "Duration": ends - begins,
            }
            spans.append({**span, "OperationName": what, **times})
        for place, text in enumerate(("begins", said)):
            told = json.dumps({"log": f"INFO {text}", "stream": "stdout"})
            at = {"Timestamp": "", "TimeUnixNano": start + 3_000_000 + place}
            pod = {"Node": "n", "PodName": PODS["shop"], "Container": "server"}
            lines.append({**at, **pod, "TraceID": trace, "SpanID": "e" * 16, "Log": told})
    write(folder / f"{prefix}_trace.csv", spans)
    write(folder / f"{prefix}_log.csv", lines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a set with a healthy minute, a delay, another step, and a busy processor."""
    day = tmp_path / "2023-07-22"
    minute(day / "normal", "04_30", CALM_S)
    for service, pod in PODS.items():
        samples = [
            {
                "TimeStamp": CALM_S + 60 * step,
                "PodName": pod,
                "CpuUsageRate(%)": 95.0 if service == "door" and step >= 120 else 10.0 + step % 2,
                "MemoryUsageRate(%)": 30.0,
            }
            for step in range(130)
        ]
        write(day / "metric" / f"{pod}_metric.csv", samples)
    for name, start_s, slow_s, said, service in (
        ("a-slow", BAD_S, 2.0, "sold", "shop"),
        ("b-step", BAD_S, 0.0, "cannot sell", "shop"),
        ("c-busy", CALM_S + 7200, 0.0, "sold", "door"),
    ):
        case = tmp_path / "cases" / name
        minute(case, "05_28", start_s - 120)
        minute(case, "05_30", start_s, slow_s=slow_s, said=said)
        query = {"day": "2023-07-22", "evaluated_minute": "2023-07-22 05:30"}
        (case / "query.json").write_text(json.dumps(query))
        (case / "answer.json").write_text(json.dumps({"service": service, "type": "any"}))
    return tmp_path


@pytest.mark.parametrize("rename", [None, 11])
def test_the_service_is_found_under_any_name(folder: Path, rename: int | None) -> None:
    measured = measuring.measure(NezhaTrainTicket(), Folder(folder), rename=rename)

    assert {case: found[0] for case, found in measured.predictions.items()} == {
        "a-slow": "shop",
        "b-step": "shop",
        "c-busy": "door",
    }
    assert measured.parts[0].scores["AS@1"] == 1.0


def test_a_minute_that_no_file_is_named_for_is_the_last_one(folder: Path) -> None:
    query = {"day": "2023-07-22", "evaluated_minute": "2023-07-22 17:45"}
    (folder / "cases" / "a-slow" / "query.json").write_text(json.dumps(query))

    run = NezhaTrainTicket().open(Folder(folder), None)

    assert run.predict("a-slow").answer[0] == "shop"


def test_without_answers_it_only_predicts(folder: Path) -> None:
    for answer in folder.glob("cases/*/answer.json"):
        answer.unlink()

    measured = measuring.measure(NezhaTrainTicket(), Folder(folder))

    assert len(measured.predictions) == 3
    assert measured.parts == ()
