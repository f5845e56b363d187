"""RCAEval's layout: found at any depth, read in each of its forms, scored by its own rule."""

import json
from pathlib import Path

import pytest

from backend.evals import measuring, rcaeval_files
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.rcaeval import RcaEval

INJECTED_S = 1_700_000_600
ROWS = 60
STEP_S = 20


def sheet(faulty: str, metric: str, services: tuple[str, ...] = ("web", "cart", "store")) -> str:
    """Return a sheet of metrics in which one metric of one service rises at the injection."""
    names = [f"{service}_{kind}" for service in services for kind in ("cpu", "mem", "latency-90")]
    lines = [",".join(["time", *names])]
    for row in range(ROWS):
        at = INJECTED_S + STEP_S * (row - ROWS // 2)
        wave = 1.0 + 0.02 * (row % 5)
        cells = [
            f"{wave * (9.0 if name == f'{faulty}_{metric}' and at >= INJECTED_S else 1.0):.3f}"
            for name in names
        ]
        lines.append(",".join([str(at), *cells]))
    return "\n".join(lines) + "\n"


def write(folder: Path, **files: str) -> None:
    """Write a case; `__` in a name stands for its dot."""
    folder.mkdir(parents=True)
    (folder / "inject_time.txt").write_text(f"{INJECTED_S}\n")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)


def test_a_case_is_found_in_any_depth_and_its_service_and_metric_named(tmp_path: Path) -> None:
    write(tmp_path / "RE1" / "shop" / "cart_mem" / "1", data__csv=sheet("cart", "mem"))
    write(tmp_path / "RE2" / "store_cpu" / "3", simple_metrics__csv=sheet("store", "cpu"))

    measured = measuring.measure(RcaEval(), Folder(tmp_path))

    assert sorted(measured.predictions) == ["RE1/shop/cart_mem/1", "RE2/store_cpu/3"]
    assert measured.parts[0].scores["AC@1"] == 1.0
    assert measured.parts[0].scores["Avg@5"] == 1.0
    assert measured.parts[0].scores["metric AC@1"] == 1.0


def test_renaming_all_services_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "cart_mem" / "1", data__csv=sheet("cart", "mem"))

    plain = measuring.measure(RcaEval(), Folder(tmp_path))
    renamed = measuring.measure(RcaEval(), Folder(tmp_path), rename=3)

    assert renamed.parts[0].scores == plain.parts[0].scores


def test_nested_metrics_are_read_as_well(tmp_path: Path) -> None:
    series = {
        name: [[INJECTED_S + 10 * row, 1.0 if row < 0 else level] for row in range(-20, 20)]
        for name, level in (("web", 1.0), ("store", 7.0))
    }
    nested = {name: {"cpu": pairs} for name, pairs in series.items()}
    write(tmp_path / "store_cpu" / "1", metrics__json=json.dumps(nested))

    measured = measuring.measure(RcaEval(), Folder(tmp_path))

    assert measured.predictions["store_cpu/1"]["services"] == ["store", "web"]


def test_traces_and_logs_speak_where_metrics_are_silent(tmp_path: Path) -> None:
    spans = ["traceID,spanID,serviceName,startTime,duration,statusCode,parentSpanID"]
    lines = ["timestamp,container_name,message"]
    for row in range(-40, 40):
        at, is_after = INJECTED_S + 7 * row, row >= 0
        spans.append(f"{row},w{row},web,{at * 1000},{90 if is_after else 20},0,")
        spans.append(f"{row},s{row},store,{at * 1000},{80 if is_after else 10},0,w{row}")
        lines.append(f"{at},store,{'connection failed' if is_after else 'served'}")
    write(
        tmp_path / "store_f1" / "1",
        data__csv=sheet("nobody", "cpu"),
        traces__csv="\n".join(spans),
        logs__csv="\n".join(lines),
    )

    measured = measuring.measure(RcaEval(), Folder(tmp_path))

    assert rcaeval_files.calls(Folder(tmp_path / "store_f1" / "1")) == {"web": {"store"}}
    assert measured.predictions["store_f1/1"]["services"][:2] == ["store", "web"]
    assert "metric AC@1" not in measured.parts[0].scores


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "has none of"),
        ({"data__csv": "time,a_cpu\n1,2\n3\n"}, "cells"),
        ({"data__csv": "time,a_cpu\n1,much\n"}, "much"),
        ({"data__csv": ""}, "empty"),
        ({"metrics__json": '{"a": [1]}'}, "service"),
    ],
)
def test_a_case_that_cannot_be_read_is_told_so(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    write(tmp_path / "a_cpu" / "1", **files)

    with pytest.raises(UnreadableSetError, match=words):
        measuring.measure(RcaEval(), Folder(tmp_path))
