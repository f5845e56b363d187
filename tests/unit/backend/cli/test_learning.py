"""What past incidents and verdicts look like on a terminal: told whole, and steering nothing."""

from typing import Any

from backend.cli import learning, telling

CAUSE = {
    "fault_class": "bad_release",
    "object": {"kind": "Deployment", "namespace": "prod", "name": "web"},
}
NODE = {
    "fault_class": "node_not_ready",
    "object": {"kind": "Node", "namespace": "", "name": "n1"},
}


def past(**fields: Any) -> dict[str, Any]:
    return {
        "incident_id": "inc-42",
        "ended_at": "2026-03-01T12:00:00Z",
        "cause": CAUSE,
        "repair": "rollback_rollout(name)",
        "outcome": "resolved",
        "verdict": None,
        "similarity": 0.81,
        "reasons": ["same service prod/web", "same new error line: [red]boom[/]"],
        **fields,
    }


def test_a_past_incident_is_told_with_cause_repair_outcome_and_likeness() -> None:
    told = "\n".join(learning.lines(past()))

    assert "81% alike" in told
    assert "bad_release of Deployment/prod/web: resolved" in told
    assert "rollback_rollout" in told
    assert r"\[red]boom" in told, "a log line colours nothing"


def test_a_verdict_is_told_with_the_actual_cause() -> None:
    verdict = {"judgement": "wrong", "actor": "ann", "actual": NODE}

    told = "\n".join(learning.lines(past(verdict=verdict, cause=None, repair="")))

    assert "no cause was named" in told
    assert "judged wrong by ann, actually node_not_ready of Node/n1" in told
    assert "repair" not in told


def test_a_verdict_in_the_log_is_one_line() -> None:
    payload = {
        "verdict": {"judgement": "wrong", "note": "[bold]it leaked"},
        "actual": NODE,
        "actor": "ann",
    }
    event = {"kind": "verdict_given", "actor": "ann", "at": "2026-03-01T12:00:00Z"}

    told = telling.line({**event, "payload": payload})

    assert told is not None
    assert "wrong" in told
    assert "node_not_ready of Node/n1" in told
    assert r"\[bold]it leaked" in told
