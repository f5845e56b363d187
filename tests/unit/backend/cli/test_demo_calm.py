"""When a lab counts as calm, and what is waited for until it is."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from backend.cli import calm
from backend.cli.client import Client
from backend.cli.stack.layout import Layout
from sre_agent.domain.errors import PermanentError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).isoformat()


def test_a_lab_whose_prometheus_does_not_answer_is_not_taken_for_calm(tmp_path: Path) -> None:
    place = Layout(tmp_path)
    place.lab.mkdir(parents=True)
    record = {"prometheus": {"url": "http://127.0.0.1:9"}}  # where nobody listens
    (place.lab / "lab.json").write_text(json.dumps(record), encoding="utf-8")

    assert calm.firing(place) == ["Prometheus does not answer"]


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

    assert calm.unsettled_s(rows, NOW, is_healed=is_healed) == wait_s


@pytest.mark.parametrize(("age_s", "wait_s"), [(1, 19), (30, 0)])
def test_a_start_can_be_heard_of_for_some_time(age_s: float, wait_s: float) -> None:
    started_at = NOW - timedelta(seconds=age_s)

    assert calm.unsettled_s([], NOW, is_healed=False, started_at=started_at) == wait_s


class Platform(Client):
    """A platform whose incidents end when they are cancelled."""

    def __init__(self, **statuses: str) -> None:
        self.statuses, self.cancelled = statuses, list[str]()

    @override
    def get(self, path: str, **parameters: str | int) -> Any:
        rows = [
            {"id": id_, "service": "a", "status": status, "ended_at": None}
            for id_, status in self.statuses.items()
        ]
        return {"incidents": rows}

    @override
    def post(self, path: str, body: dict[str, Any]) -> Any:
        id_ = path.split("/")[-2]
        self.cancelled.append(id_)
        self.statuses[id_] = "closed"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A checkout whose lab has been up for long, without an alert."""
    monkeypatch.setattr(calm, "firing", lambda _: [])
    place = Layout(tmp_path)
    place.lab.mkdir(parents=True)
    for file in (place.lab / "lab.json", place.record):
        file.write_text("{}", encoding="utf-8")
        os.utime(file, (0, 0))
    return place


def test_what_waits_for_a_decision_about_an_earlier_fault_is_cancelled_once(place: Layout) -> None:
    platform, said = Platform(old="awaiting_approval", older="escalated"), list[str]()

    calm.await_rest(platform, place, said.append, is_healed=False)

    assert platform.cancelled == ["old"]
    assert len(said) == 1


def test_nothing_is_broken_while_an_incident_is_worked_on(
    place: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calm, "_PATIENCE_S", 0.0)
    platform = Platform(busy="investigating")

    with pytest.raises(PermanentError, match="busy"):
        calm.await_rest(platform, place, print, is_healed=False)
    assert platform.cancelled == []
