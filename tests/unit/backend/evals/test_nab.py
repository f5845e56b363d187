"""The NAB rule: early hits, late hits, false alarms and silence are worth what was published."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from backend.evals import measuring, nab_rule
from backend.evals.folders import Folder
from backend.evals.nab import Nab
from backend.evals.nab_rule import Scored

ROWS = 400
WINDOW = (200, 239)


def scored(*alarms: int) -> Scored:
    """Return a series with one window, and alarms at some rows."""
    scores = np.zeros(ROWS)
    scores[list(alarms)] = 1.0
    return Scored(scores, [WINDOW])


def test_a_hit_at_the_first_row_and_nothing_else_is_a_hundred() -> None:
    score, threshold = nab_rule.standard_score([scored(200)])

    assert score == pytest.approx(100.0)
    assert threshold == 1.0


def test_a_late_hit_is_worth_less_and_a_second_one_nothing() -> None:
    early, late = (
        nab_rule.standard_score([scored(205)])[0],
        nab_rule.standard_score([scored(235)])[0],
    )

    assert 100.0 > early > late > 50.0
    assert nab_rule.standard_score([scored(205, 235)])[0] == pytest.approx(early)


def test_a_false_alarm_costs_an_eleventh_and_little_right_after_the_window() -> None:
    alone, far, near = (
        nab_rule.standard_score([scored(*rows)])[0] for rows in ((200,), (200, 120), (200, 241))
    )

    assert alone - far == pytest.approx(100.0 * 0.11 / 2.0)
    assert 0.0 < alone - near < 1.0


def test_what_lies_in_the_probation_is_not_scored() -> None:
    assert nab_rule.standard_score([scored(10, 200)])[0] == pytest.approx(100.0)
    assert nab_rule.probation(ROWS) == 60
    assert nab_rule.probation(20_000) == 750


def test_one_threshold_serves_all_series() -> None:
    loud = Scored(scored(200).scores * 9.0, [WINDOW])
    noise = np.full(ROWS, 5.0)
    noise[200] = 1.0

    score, threshold = nab_rule.standard_score([loud, Scored(noise, [])])

    assert threshold == 9.0
    assert score == pytest.approx(100.0)


def test_silence_is_worth_nothing() -> None:
    assert nab_rule.standard_score([Scored(np.zeros(ROWS), [WINDOW])])[0] == 0.0
    with pytest.raises(ValueError, match="anomaly"):
        nab_rule.standard_score([Scored(np.zeros(ROWS), [])])


def write(folder: Path) -> None:
    """Write a set of one quiet and one disturbed series."""
    start = datetime(2024, 3, 1)  # noqa: DTZ001 - as the set writes it
    times = [start + timedelta(minutes=5 * row) for row in range(ROWS)]
    for name, jump in (("quiet", 0.0), ("disturbed", 50.0)):
        lines = ["timestamp,value"]
        lines += [
            f"{at},{10 + row % 5 + (jump if 210 <= row < 220 else 0.0)}"
            for row, at in enumerate(times)
        ]
        (folder / "data" / "made").mkdir(parents=True, exist_ok=True)
        (folder / "data" / "made" / f"{name}.csv").write_text("\n".join(lines))
    (folder / "data" / "README.md").write_text("words")
    window = [f"{times[row]}.000000" for row in WINDOW]
    (folder / "labels").mkdir()
    labels = {"made/quiet.csv": [], "made/disturbed.csv": [window]}
    (folder / "labels" / "combined_windows.json").write_text(json.dumps(labels))


@pytest.mark.parametrize("rename", [None, 4])
def test_a_set_is_read_and_scored_whatever_its_dates(tmp_path: Path, rename: int | None) -> None:
    write(tmp_path)

    measured = measuring.measure(Nab(), Folder(tmp_path), rename=rename)

    assert sorted(measured.predictions) == ["made/disturbed.csv", "made/quiet.csv"]
    assert measured.parts[0].scores["NAB standard"] > 90.0
    assert max(measured.predictions["made/quiet.csv"]) < 1.05
