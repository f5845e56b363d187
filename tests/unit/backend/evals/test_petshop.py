"""PetShop's layout, on a small system of our own: the node behind an alert, whatever its name."""

import csv
import json
from pathlib import Path

import pytest

from backend.evals import measuring
from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.petshop import PetShop

NODES = ("web", "cart", "store")
STEP_S = 300


def sheet(path: Path, start_s: int, rows: list[dict[str, tuple[float, float]]]) -> None:
    """Write latency and availability of each node, row by row, a hundred requests each."""
    kinds = (("latency", "Average"), ("availability", "Average"), ("requests", "Sum"))
    head = [(node, *kind) for kind in kinds for node in NODES]
    path.parent.mkdir(parents=True)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        for part, name in enumerate(("microservice", "metric", "statistic")):
            out.writerow([name, *(key[part] for key in head)])
        out.writerow(["unix_timestamp", *[""] * len(head)])
        for number, row in enumerate(rows):
            parts = [[row.get(n, (0.1, 100.0))[k] for n in NODES] for k in range(2)]
            cells = [*parts[0], *parts[1], *[100.0] * len(NODES)]
            out.writerow([float(start_s + STEP_S * number), *cells])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a set with one slow and one failing case."""
    calm = [{"web": (0.1 + 0.001 * (row % 3), 100.0)} for row in range(40)]
    sheet(tmp_path / "busy" / "noissue" / "metrics.csv", 1_690_000_000, [*calm])
    matrix = [",web,cart,store", "web,0,1,0", "cart,0,0,1", "store,0,0,0"]
    (tmp_path / "busy" / "graph.csv").write_text("\n".join(matrix))
    slow = {"web": (0.4, 100.0), "cart": (0.4, 100.0), "store": (0.4, 100.0)}
    failing = {"web": (0.1, 90.0), "cart": (0.1, 88.0)}
    for name, metric, rows, node in (
        ("busy-1", "latency", [{}, slow, slow, {}, {}], "store"),
        ("busy-2", "availability", [{}, {}, failing, failing, {}], "cart"),
    ):
        case = tmp_path / "cases" / name
        sheet(case / "metrics.csv", 1_680_000_000, list(rows))
        target = {"node": "web", "metric": metric, "agg": "Average", "timestamp": 1_680_000_500}
        (case / "target.json").write_text(json.dumps({"scenario": "busy", "target": target}))
        (case / "answer.json").write_text(json.dumps({"node": node, "metric": None}))
    return tmp_path


@pytest.mark.parametrize("rename", [None, 11])
def test_the_node_is_found_under_any_name(folder: Path, rename: int | None) -> None:
    measured = measuring.measure(PetShop(), Folder(folder), rename=rename)

    assert measured.parts[0].scores["top@1"] == 1.0
    assert measured.parts[0].coverage == 1.0
    assert sorted(measured.predictions["busy-2"]) == sorted(NODES)


def test_without_answers_it_only_predicts(folder: Path) -> None:
    for case in (folder / "cases").iterdir():
        (case / "answer.json").unlink()

    measured = measuring.measure(PetShop(), Folder(folder))

    assert measured.parts == ()
    assert measured.predictions["busy-1"][0] == "store"


def test_a_sheet_without_samples_is_told_so(folder: Path) -> None:
    (folder / "cases" / "busy-1" / "metrics.csv").write_text("microservice,web\n")

    with pytest.raises(UnreadableSetError, match="no samples"):
        measuring.measure(PetShop(), Folder(folder))
