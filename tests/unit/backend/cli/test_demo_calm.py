"""When a lab counts as calm."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.cli import demo
from backend.cli.stack.layout import Layout

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).isoformat()


def test_a_lab_whose_prometheus_does_not_answer_is_not_taken_for_calm(tmp_path: Path) -> None:
    place = Layout(tmp_path)
    place.lab.mkdir(parents=True)
    record = {"prometheus": {"url": "http://127.0.0.1:9"}}  # where nobody listens
    (place.lab / "lab.json").write_text(json.dumps(record), encoding="utf-8")

    assert demo.firing(place) == ["Prometheus does not answer"]


@pytest.mark.parametrize(
    ("ended", "is_healed", "wait_s"),
    [
        ([], False, 0),
        ([], True, 32),
        ([ago(10), ago(100), None], False, 22),
        ([ago(10)], True, 32),
        ([ago(100)], False, 0),
        ([ago(100)], True, 32),
    ],
)
def test_a_lab_has_settled_some_time_after_the_last_repair_whoever_made_it(
    ended: list[str | None], is_healed: bool, wait_s: float
) -> None:
    rows = [{"ended_at": item} for item in ended]

    assert demo.unsettled_s(rows, NOW, is_healed=is_healed) == wait_s
