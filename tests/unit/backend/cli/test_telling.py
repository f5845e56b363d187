"""What a person reads before saying yes is all that the dry run said."""

from collections.abc import Mapping
from typing import Any

from backend.cli import telling

PLAN: dict[str, Any] = {
    "playbook": "high-error-rate",
    "choice": {
        "title": "Errors",
        "why": "it is for bad_release",
        "step": "undo",
        "condition": "a revision worked before",
        "passed_over": ["scale: it is not so that [red] is up"],
        "not_seen": ["signals"],
    },
    "runbook": {
        "id": "r1",
        "title": "When it fails",
        "source": "folder",
        "url": "",
        "owner": "team",
        "last_validated": "2020-01-01",
        "age_days": 400,
        "is_stale": True,
        "reason": "it is about bad_release",
        "evidence_id": "run-1.1",
    },
    "actions": [
        {
            "id": "a1",
            "call": {"tool": "rollback_rollout", "arguments": {"name": "web", "to_revision": 3}},
            "dry_run": {"changes": ["image: v2 -> v1"], "warnings": ["the rollout is [paused]"]},
            "blast_radius": {"statement": "2 pods are replaced"},
            "inverse": {"tool": "rollback_rollout", "arguments": {"to_revision": 4}},
        }
    ],
}


def test_a_plan_is_told_with_changes_warnings_reach_and_undo() -> None:
    told = "\n".join(telling.plan(PLAN))

    assert "rollback_rollout(name=web, to_revision=3)" in told
    assert "image: v2 -> v1" in told
    assert "2 pods are replaced" in told
    assert "undone by rollback_rollout(to_revision=4)" in told


def test_of_what_has_no_inverse_a_plan_says_so() -> None:
    actions = [{**PLAN["actions"][0], "inverse": None}]

    told = "\n".join(telling.plan({**PLAN, "actions": actions}))

    assert "undone by nothing that the platform can do itself" in told


def test_a_warning_is_shown_as_text_not_as_markup() -> None:
    told = "\n".join(telling.plan(PLAN))

    assert r"the rollout is \[paused]" in told


def test_a_plan_is_told_with_its_playbook_its_steps_and_the_age_of_its_runbook() -> None:
    told = "\n".join(telling.plan(PLAN))

    assert "playbook high-error-rate (Errors): it is for bad_release" in told
    assert r"passed over step scale: it is not so that \[red] is up" in told
    assert "step 'undo' holds: a revision worked before" in told
    assert "[yellow]warning: [/]nobody could see signals" in told
    assert "[yellow]warning: [/]runbook 'When it fails' is stale: last validated 400 days" in told


def test_of_a_storm_the_first_alerts_are_told_and_the_number_of_the_rest() -> None:
    alert = {
        "kind": "alert_received",
        "at": "2026-03-01T12:00:00Z",
        "actor": "intake",
        "payload": {"name": "Errors", "service": "web", "joined_because": "a neighbour of [api]"},
    }
    started = {**alert, "kind": "run_failed", "payload": {"reason": "x"}}

    told = list(telling.lines([*[alert] * 1000, started, alert]))

    assert len(told) == 5 + 1 + 1 + 1
    assert "alert Errors of web" in told[0]
    assert r"joins as a neighbour of \[api]" in told[0]
    assert "and 995 more alerts" in told[5]


def test_the_best_cause_is_told_with_its_three_lines() -> None:
    cause = {
        "fault_class": "image_not_found",
        "object": {"kind": "Deployment", "namespace": "shop", "name": "web"},
        "confidence": 0.9,
        "statement": "it says so",
        "explanation": ["Image not found.", "Because [red]it[/] says so.", "Not crash_loop."],
    }
    diagnosis = {"causes": [cause], "abstained": False, "reason": ""}
    event = {
        "at": "2026-03-01T12:00:00Z",
        "actor": "reflector",
        "kind": "causes_ranked",
        "payload": {"round": 1, "diagnosis": diagnosis},
    }

    told = str(telling.line(event))

    assert "    [dim]Image not found.[/]" in told
    assert r"Because \[red]it" in told
    assert "Not crash_loop." in told


def told(kind: str, payload: Mapping[str, object]) -> str:
    event = {"kind": kind, "actor": "one", "at": "2026-11-21T10:00:00Z", "payload": payload}
    return telling.line(event) or ""


def test_why_there_is_no_plan_and_what_to_do_are_two_sentences() -> None:
    payload = {"reason": "no playbook is for it", "recommendation": "Raise the quota."}

    assert "no playbook is for it. Raise the quota." in told("plan_withheld", payload)


def test_why_there_is_no_plan_stands_alone_when_nothing_is_recommended() -> None:
    payload = {"reason": "no playbook is for it", "recommendation": ""}

    assert told("plan_withheld", payload).endswith("no playbook is for it")


def test_a_cause_outside_of_namespaces_is_named_without_an_empty_part() -> None:
    where = {"kind": "Namespace", "namespace": "", "name": "shop"}
    cause = {"fault_class": "crash_loop", "object": where, "confidence": 0.9, "statement": "ill"}
    diagnosis = {"causes": [cause], "abstained": False, "reason": ""}

    said = told("causes_ranked", {"round": 1, "diagnosis": diagnosis})

    assert "of [bold]Namespace/shop[/]" in said


def test_where_a_model_would_look_further_is_told_with_what_was_struck() -> None:
    look = {
        "specialist": "metrics",
        "topic": "signals",
        "object": {"kind": "Deployment", "namespace": "shop", "name": "[red]web"},
        "reason": "so",
    }
    inquiry = {"specialist": "metrics", "model": "m", "questions": [look], "struck_count": 2}

    said = told("model_questions", {"round": 3, "inquiry": inquiry})

    assert r"asked 1 further question: signals of \[red]web; 2 of its calls were struck" in said


def test_a_model_that_chose_nothing_because_it_failed_says_why() -> None:
    inquiry = {"specialist": "metrics", "model": "m", "note": "connection [refused]"}

    said = told("model_questions", {"round": 3, "inquiry": inquiry})

    assert r"no help[/]: connection \[refused]" in said
