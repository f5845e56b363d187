"""A start that one program refuses is not told as a start, but with that program's words."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.cli.stack import starting
from sre_agent.domain.errors import PermanentError

SINCE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


def say(log: Path, event: str, after_s: float, **more: str) -> None:
    at = (SINCE + timedelta(seconds=after_s)).isoformat().replace("+00:00", "Z")
    line = {"event": event, "level": "error", "timestamp": at, **more}
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(line)}\n")


def wait(log: Path, *, patience_s: float = 0.0) -> None:
    starting.wait("worker ready", lambda: False, log, since=SINCE, patience_s=patience_s)


def test_a_program_that_refuses_is_named_at_once_with_its_reason_and_a_remedy(log: Path) -> None:
    say(log, "program_refused", 1, reason="PLAYBOOK_DIR: no such folder")
    began_s = time.monotonic()

    with pytest.raises(PermanentError) as refused:
        wait(log, patience_s=60)

    assert time.monotonic() - began_s < 10
    assert "worker refuses to start: PLAYBOOK_DIR: no such folder" in str(refused.value)
    assert "./start.sh" in str(refused.value)


def test_what_it_said_before_this_start_or_has_got_over_is_no_refusal(log: Path) -> None:
    say(log, "program_refused", -1, reason="an old one")
    before = starting.refusal(log, SINCE)
    say(log, "program_refused", 1, reason="a new one")
    say(log, "worker_started", 2)

    assert before is None
    assert starting.refusal(log, SINCE) is None


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "[1]", '{"event": 1}', ""])
def test_a_program_that_never_begins_is_told_with_its_last_line(log: Path, line: str) -> None:
    log.write_text(f"first\n{line}\n\n", encoding="utf-8")

    with pytest.raises(PermanentError) as late:
        wait(log)

    assert "worker ready: not within 0 s" in str(late.value)
    assert f"worker.log: {line or 'first'}\n" in str(late.value)
    assert "sre-agent doctor" in str(late.value)


def test_a_program_that_never_said_anything_is_told_as_that(log: Path) -> None:
    with pytest.raises(PermanentError, match="it said nothing"):
        wait(log)


def test_what_is_ready_is_waited_for_no_longer(log: Path) -> None:
    say(log, "program_refused", 1, reason="of another try")

    starting.wait("worker ready", lambda: True, log, since=SINCE, patience_s=0)


def test_a_sign_of_life_grows_old(tmp_path: Path) -> None:
    sign = tmp_path / "alive"
    never = starting.is_alive(sign, 30, now=SINCE)
    sign.touch()
    os.utime(sign, (SINCE.timestamp(),) * 2)

    ages_s = (0, 29, 31)
    found = [starting.is_alive(sign, 30, now=SINCE + timedelta(seconds=age)) for age in ages_s]
    assert (never, found) == (False, [True, True, False])
