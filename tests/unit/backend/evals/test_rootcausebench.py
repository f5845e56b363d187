"""RootCauseBench's layout, on small incidents of our own: the commit, or none."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.evals import measuring
from backend.evals.folders import Folder
from backend.evals.rootcausebench import RootCauseBench

START = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)
CULPRIT, DECOY = "c" * 40, "d" * 40


def at(minute: float) -> str:
    return (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


def story(folder: Path, words: str, answer: dict[str, Any], commits: list[dict[str, Any]]) -> None:
    """Write an incident of the till that begins at minute 60, with the basket as its victim."""
    (folder / "context").mkdir(parents=True)
    alert = {
        "service": "till",
        "metric": "error_ratio",
        "summary": "till fails",
        "fired_at": at(63),
    }
    rows = ["timestamp,service,metric,value"]
    for minute in range(80):
        for service, since in (("till", 60), ("basket", 61)):
            value = 0.5 if minute >= since else 0.01 + 0.001 * (minute % 3)
            rows.append(f"{at(minute)},{service},error_ratio,{value}")
    lines = [
        {"timestamp": at(60 + turn / 4), "service": "till", "severity_text": "ERROR", "msg": words}
        for turn in range(8)
    ]
    deploys = [
        {"timestamp": at(58), "service": "till", "commit_sha": CULPRIT, "version": "7"},
        {"timestamp": at(59), "service": "till", "commit_sha": DECOY, "version": "8"},
    ]
    (folder / "alert.json").write_text(json.dumps(alert))
    (folder / "metrics.csv").write_text("\n".join(rows))
    (folder / "logs.ndjson").write_text("\n".join(json.dumps(line) for line in lines))
    (folder / "context" / "commits.json").write_text(json.dumps(commits))
    (folder / "context" / "deploys.json").write_text(json.dumps(deploys))
    (folder / "answer.json").write_text(json.dumps(answer))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write an incident with a culprit and one without, the same decoy in both."""
    culprit = {
        "sha": CULPRIT,
        "timestamp": at(55),
        "message": "smaller pool",
        "files_changed": ["services/till/db.yaml"],
        "diff": "@@ a @@\n-pool_size: 40\n+pool_size: 2",
    }
    decoy = {
        "sha": DECOY,
        "timestamp": at(57),
        "message": "tidy till",
        "files_changed": ["services/till/till.go"],
        "diff": "@@ a @@\n-\ttotal := sum(items)\n-\treturn total\n+\treturn sum(items)",
    }
    shared = {"first_failing_service": "till", "blast_radius": ["basket"]}
    story(
        tmp_path / "cases" / "pool",
        "timed out acquiring a connection from the pool",
        {
            **shared,
            "root_cause_commit": CULPRIT,
            "remediation": "rollback",
            "decoy_deploy_commits": [DECOY],
        },
        [culprit, decoy],
    )
    story(
        tmp_path / "cases" / "provider",
        "POST https://api.coins.example.com/v1/pay: 503 Service Unavailable",
        {
            **shared,
            "root_cause_commit": "none",
            "remediation": "escalate-upstream",
            "decoy_deploy_commits": [DECOY],
        },
        [decoy],
    )
    return tmp_path


@pytest.mark.parametrize("rename", [None, 11])
def test_the_culprit_is_named_and_without_one_nobody_is(folder: Path, rename: int | None) -> None:
    measured = measuring.measure(RootCauseBench(), Folder(folder), rename=rename)

    commits = {case: found["root_cause_commit"] for case, found in measured.predictions.items()}
    assert commits == {"pool": CULPRIT, "provider": "none"}
    assert measured.parts[0].scores == {
        "pass": 1.0,
        "decoy": 0.0,
        "first": 1.0,
        "jaccard": 1.0,
        "remediation": 1.0,
        "graded": 1.0,
    }


def test_a_decoy_that_is_blamed_scores_nothing(folder: Path) -> None:
    run = RootCauseBench().open(Folder(folder), None)
    answers = {"provider": run.answer("provider")}
    predicted = {**run.predict("provider").answer, "root_cause_commit": DECOY}

    scores = run.score(answers, {"provider": predicted})

    assert scores["decoy"] == 1.0
    assert scores["graded"] == 0.0


def test_the_beginning_of_a_commit_is_enough_to_name_it(folder: Path) -> None:
    run = RootCauseBench().open(Folder(folder), None)
    prediction = run.predict("pool")
    prediction.answer["root_cause_commit"] = CULPRIT[:8]

    assert run.is_right(run.answer("pool"), prediction)


def test_what_a_set_leaves_out_is_taken_as_not_known(folder: Path) -> None:
    for name in ("metrics.csv", "logs.ndjson", "context/deploys.json"):
        (folder / "cases" / "pool" / name).unlink()

    found = RootCauseBench().open(Folder(folder), None).predict("pool").answer

    assert found["first_failing_service"] == "till"
    assert found["root_cause_commit"] == "none"


def test_parts_that_are_written_otherwise_are_read_as_far_as_they_go(folder: Path) -> None:
    case = folder / "cases" / "pool"
    pattern = {"service": "till", "signature": "pool is empty", "count": 5, "sentiment": "negative"}
    span = {"trace_id": "t", "span_id": "a", "service": "till", "start": at(61), "status": "ERROR"}
    (case / "patterns.json").write_text(json.dumps([{**pattern, "delta_vs_baseline": "new"}]))
    (case / "traces.json").write_text(json.dumps([{**span, "duration_ms": None}]))
    (case / "context" / "flags.json").write_text(json.dumps([{"name": "x", "timestamp": at(50)}]))

    found = RootCauseBench().open(Folder(folder), None).predict("pool").answer

    assert found["root_cause_commit"] == CULPRIT
