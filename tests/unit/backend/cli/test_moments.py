"""Times at a terminal are all in UTC, and say so."""

import re
from datetime import datetime
from pathlib import Path

import pytest

import backend.cli
from backend.cli import consent, moments, telling

FOLDER = Path(backend.cli.__file__).parent


def test_a_moment_of_any_zone_is_shown_in_utc() -> None:
    at = "2026-03-06T00:10:59.123456+01:00"

    assert moments.moment(at) == "2026-03-05 23:10 UTC"
    assert moments.second(datetime.fromisoformat(at)) == "2026-03-05 23:10:59 UTC"
    assert moments.clock(at) == "23:10:59 UTC"


def test_lines_of_a_log_and_of_a_request_name_the_zone() -> None:
    asked = {"expires_at": "2026-03-06T16:10:00+00:00", "approval_id": "a", "plan_sha256": "s"}
    event = {"kind": "approval_requested", "actor": "graph", "payload": asked}

    told = telling.line({**event, "at": "2026-03-06T17:00:00+01:00"})

    assert "16:00:00 UTC" in str(told)
    assert consent.requested(asked).endswith("until 2026-03-06 16:10:00 UTC")


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.name)
def test_no_command_cuts_a_time_out_of_a_text_by_itself(file: Path) -> None:
    cut = re.findall(r"_at\W{1,3}\]?\W{0,6}\[\d*:\d+\]|:%[YH][-:]%", file.read_text("utf-8"))

    assert cut == []
