"""When a demo is over: not before somebody was told of the very fault, and everything has its report."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.cli import demo, injected
from backend.cli.following import Followed
from backend.cli.stack.layout import Layout
from sre_agent.domain.errors import PermanentError

BROKEN_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
Json = dict[str, Any]


def truth(name: str, *alerts: str, **more: Any) -> Json:
    return {"at": BROKEN_AT.isoformat(), "object": {"name": name}, "alerts": list(alerts), **more}


def event(kind: str, **payload: Any) -> Json:
    return {"kind": kind, "payload": payload}


def incident(alert: str, after_s: float = 10, *, is_over: bool = True) -> Followed:
    starts_at = (BROKEN_AT + timedelta(seconds=after_s)).isoformat()
    events = [event("incident_opened"), event("alert_received", name=alert, starts_at=starts_at)]
    events += [event("report_written")] if is_over else []
    return Followed(alert, "a service", "closed", events)


def ends(
    truths: list[Json], *incidents: Followed, is_still: bool = True, is_calm: bool = True
) -> bool:
    return demo._is_over(truths, list(incidents), is_still=is_still, is_calm=is_calm)


BAD = truth("checkout", "HighErrorRate")
OTHER = truth("payments", "KubePodCrashLooping", "KubeDeploymentReplicasMismatch")


def test_the_end_of_something_else_is_not_the_end() -> None:
    assert not ends([BAD], incident("HighLatencyP99"))
    assert not ends([BAD])


def test_an_alert_from_before_the_fault_is_about_something_else() -> None:
    assert not ends([BAD], incident("HighErrorRate", after_s=-5))


def test_it_is_over_when_the_fault_and_everything_else_has_its_report() -> None:
    assert ends([BAD], incident("HighErrorRate"), is_still=False)
    assert ends([BAD], incident("HighErrorRate"), is_calm=False)
    assert not ends([BAD], incident("HighErrorRate"), incident("HighLatencyP99", is_over=False))
    assert not ends([BAD], incident("HighErrorRate"), is_still=False, is_calm=False)


def test_of_two_faults_one_may_be_repaired_before_it_alerts() -> None:
    assert ends([BAD, OTHER], incident("HighErrorRate"))
    assert not ends([BAD, OTHER], incident("HighErrorRate"), is_still=False)
    assert not ends([BAD, OTHER], incident("HighErrorRate"), is_calm=False)
    both = incident("HighErrorRate"), incident("KubePodCrashLooping")
    assert ends([BAD, OTHER], *both, is_still=False)


@pytest.mark.parametrize(
    ("more", "is_committed"),
    [({}, False), ({"commit": "a" * 40}, True), ({"innocent": "b" * 40}, True)],
)
def test_a_fault_that_came_with_commits_is_asked_about_them(more: Json, is_committed: bool) -> None:
    assert injected.has_commits([truth("checkout", **more)]) is is_committed


def test_a_lab_that_cannot_say_what_became_of_the_commits_says_why(tmp_path: Path) -> None:
    program = tmp_path / "infrastructure" / "lab"
    program.mkdir(parents=True)
    (tmp_path / "infrastructure" / "__init__.py").touch()
    (program / "__init__.py").touch()
    (program / "__main__.py").write_text("raise SystemExit('no commit was there')")

    with pytest.raises(PermanentError, match="no commit was there"):
        injected.aftermath(Layout(tmp_path))


def test_what_main_lost_is_told_before_what_it_holds() -> None:
    held = {"commit": "c" * 40, "is_taken_back": False, "kept": ["a" * 40], "lost": ["b" * 40]}

    lines = injected.told(held)

    assert "c" * 12 in lines[0]
    assert "still" in lines[0]
    assert "lost" in lines[1]
    assert "b" * 12 in lines[1]
    assert injected.told({**held, "commit": None, "lost": []}) == [
        f"main holds every other commit in full: {'a' * 12}"
    ]


def test_what_was_broken_and_healed_is_read_line_by_line(tmp_path: Path) -> None:
    place = Layout(tmp_path)
    assert injected.notes(place) == []
    place.lab.mkdir(parents=True)
    lines = [json.dumps(BAD), json.dumps({"healed": True})]
    (place.lab / "faults.jsonl").write_text("\n".join(lines), encoding="utf-8")

    assert injected.notes(place) == [BAD, {"healed": True}]
