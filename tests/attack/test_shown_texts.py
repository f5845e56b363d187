"""What others wrote is shown bounded, without secrets, and steers neither terminal nor report."""

import io
import json
import re
import time
import unicodedata
from datetime import UTC, datetime
from typing import Any

import attack_corpus
import pytest
from attack_counts import Attack
from attack_signs import COLOUR, secrets_in, steering_in
from rich.console import Console

from backend.cli import telling
from backend.plain import plain
from mcp_servers.common.text import shown, shown_labels
from mcp_servers.loki.templates import template_of
from sre_agent.domain.events import Event, EventKind
from sre_agent.planning import postmortem
from sre_agent.safety.redaction import redact
from sre_agent.testing.world import World

pytestmark = pytest.mark.attack
TECHNIQUES = attack_corpus.by_technique()
WITHIN_S = 5.0
DEFINITION = re.compile(r"^[ >*-]*(?:\[[ x]\] )?\[(?![ x]\] )[^\]]+\]:", re.MULTILINE)
"""Where a link leads, said apart from it."""

AT = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS = (
    "reason",
    "text",
    "to",
    "from",
    "into",
    "place",
    "target",
    "grant_id",
    "incident_id",
    "title",
    "result",
    "by",
    "via",
    "channel",
    "decision",
    "status",
    "expires_at",
)


def of_people(text: str) -> dict[str, dict[str, Any]]:
    """Return what people answer, judge and ask for, in this text alone, as the log tells it."""
    place = {"kind": text, "namespace": text, "name": text}
    call = {"server": text, "tool": text, "arguments": {text: text}}
    answer: dict[str, Any] = dict.fromkeys(("actor", "channel", "reason"), text)
    answer |= {"verdict": "rejected", "without": [text, text]}
    hint = {"text": text, "object": place, "fault_class": text, "specialist": text}
    note = {"judgement": "wrong", "note": text}
    return {
        "approval_given": {**answer, "waits_for": 1, "lost": [text, text]},
        "approval_decided": answer,
        "approval_voided": {"reason": text},
        "verdict_given": {"verdict": note, "actual": {"fault_class": "x", "object": place}},
        "reinvestigated": {"run": 2, "reason": text, "hint": hint, "action": {"call": call}},
        "cause_dismissed": {
            "reason": text,
            "dismissal": {"fault_class": "x", "object": place, "reason": text},
        },
        "resumed": {"reason": text},
        "action_finished": {"status": "ok", "outcome": "done", "detail": text},
        "verification_sampled": {"reason": text},
        "verification_finished": {"result": "worse", "reason": text},
        "specialist_failed": {"reason": text},
    }


def of_programs(text: str) -> dict[str, dict[str, Any]]:
    """Return what is found, planned and ruled, in this text alone, as the log tells it."""
    call = {"server": text, "tool": text, "arguments": {text: text}}
    place = {"kind": text, "namespace": text, "name": text}
    cause: dict[str, Any] = {
        "fault_class": "x",
        "object": place,
        "confidence": 0.5,
        "statement": text,
    }
    cause["explanation"] = [text, text]
    reasons = {"causes": [cause], "abstained": True, "reason": text}
    claim = {"evidence_id": text, "path": text, "value": text, "claimed": text}
    said = {**cause, "fault_class": text, "is_in_catalogue": False, "claims": [claim]}
    del said["explanation"]
    opinion = {
        "model": text,
        "causes": [{**said, "standing": "new", "reason": text}],
        "struck": [{"said": text, "reason": text}],
        "struck_count": 1,
        "effect": text,
    }
    option = {"step": text, "condition": text, "summary": text, "risk": text, "is_undoable": True}
    filled = {"name": text, "value": text, "by_rules": text, "least": 1, "most": 2}
    chosen = {"model": text, "reason": text, "claims": [claim], "filled": [filled]}
    choice = {
        "model": text,
        "options": [option],
        "step": text,
        "chosen": {**chosen, "instead_of": option},
        "struck": [{"said": text, "reason": text}],
        "struck_count": 1,
    }
    summary = {
        "model": text,
        "sentences": [{"text": text, "cites": [1]}],
        "struck": [{"said": text, "reason": text}],
        "struck_count": 1,
    }
    look = {"specialist": text, "topic": text, "object": place, "reason": text, "tool": text}
    inquiry = {
        "specialist": text,
        "model": text,
        "questions": [{**look, "arguments": {"fault_class": text}}],
        "struck": [{"said": text, "reason": text}],
        "struck_count": 1,
    }
    rehearsed = {"changes": [text], "warnings": [text]}
    action: dict[str, Any] = {"id": text, "call": call, "dry_run": rehearsed, "inverse": call}
    action["blast_radius"] = {"statement": text}
    return {
        "alert_received": {"alert": {"name": text}, "service": text, "joined_because": text},
        "alert_resolved": {"alert": {"name": text}},
        "causes_ranked": {"round": 1, "diagnosis": reasons},
        "model_questions": {"round": 1, "inquiry": inquiry},
        "model_opinion": {"opinion": opinion},
        "model_choice": {"choice": choice},
        "model_summary": {"summary": summary},
        "plan_proposed": {"plan": {"playbook": text, "actions": [action]}},
        "approval_requested": {"people": 2, "expires_at": AT.isoformat()},
        "tool_called": {"call": call, "status": "ok", "duration_ms": 1.0},
        "evidence_added": {"evidence": {"id": text, "summary": text}},
        "plan_withheld": {"reason": text, "recommendation": text},
        "policy_ruled": {"rulings": [{"ruling": "ask", "rule": text, "reason": text}]},
        "specialists_selected": {"selected": [{"specialist": text}]},
    }


def events(text: str) -> list[dict[str, Any]]:
    """Return an event of every kind that says nothing but this text.

    A kind that is in neither list says its text in each of the plain fields: a new one is tried so.
    """
    rich = of_programs(text) | of_people(text)
    plainly: dict[str, Any] = dict.fromkeys(FIELDS, text)
    return [
        {"kind": kind, "at": AT.isoformat(), "actor": text, "payload": rich.get(kind, plainly)}
        for kind in EventKind
    ]


def on_a_terminal(text: str) -> str:
    """Return all that a colour terminal would be sent, without the colours we give ourselves."""
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        width=100_000,
        highlight=False,
    )
    for line in telling.lines(plain(events(text))):
        console.print(line)
    assert isinstance(console.file, io.StringIO)
    return COLOUR.sub("", console.file.getvalue())


def test_every_kind_that_is_told_tells_its_text() -> None:
    silent = {EventKind.ACKNOWLEDGED, EventKind.APPROVAL_REQUESTED}
    for event in events("collector.example"):
        told = telling.line({**event, "actor": "somebody"})

        assert told is None or "collector.example" in told or event["kind"] in silent


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_no_text_of_others_steers_the_terminal(technique: str, attack: Attack) -> None:
    for text in attack.each_of(technique):
        seen = on_a_terminal(text[:5000])

        assert not steering_in(seen, but="\n"), (text, seen)
        assert "collector.example" in seen or "collector.example" not in text[:5000]


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_line_of_a_log_or_an_event_is_shown_on_one_line_within_bounds(
    technique: str, attack: Attack
) -> None:
    for text in attack.each_of(technique):
        started = time.perf_counter()

        seen = [shown(text, 500), template_of(shown(text, 500)), *shown_labels({text: text})]

        assert all(len(line) < 600 for line in seen)
        assert not [char for char in "".join(seen) if unicodedata.category(char) in {"Cc", "Cs"}]
        assert not set("\u202e\u2066\u200b\u2028\ufeff") & set("".join(seen))
        assert time.perf_counter() - started < WITHIN_S


def test_no_secret_survives_on_its_way_to_be_shown_or_stored(attack: Attack) -> None:
    attack.uses("secrets in text")
    attack.throws(*TECHNIQUES["secrets in text"])
    for text in TECHNIQUES["secrets in text"]:
        for made in (shown(text), redact(text), redact(shown(f"before {text} after"))):
            attack.leaks_nothing(secrets_in(made))


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_looking_for_secrets_takes_no_longer_than_the_text_is_long(
    technique: str, attack: Attack
) -> None:
    for text in attack.each_of(technique):
        started = time.perf_counter()

        assert redact(redact(text)) == redact(text)

        assert time.perf_counter() - started < WITHIN_S


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_report_holds_no_picture_no_link_no_markup_and_no_row_of_others(
    technique: str, attack: Attack
) -> None:
    plain_report = report("word").splitlines()
    for text in attack.each_of(technique, str.strip):
        written = report(text)

        assert "](" not in written
        assert not DEFINITION.search(written)
        assert "<" not in written.replace("&lt;", "")
        assert len(written.splitlines()) == len(plain_report)
        assert not steering_in(written, but="\n")
        for row, model in zip(written.splitlines(), plain_report, strict=True):
            assert cells(row) == cells(model), (text, row)


def cells(row: str) -> int:
    """Return how many cells a row of a table has, as GitHub reads it."""
    return len(re.findall(r"(?:\\.|[^|\\])+", row)) if row.startswith("|") else 0


def report(text: str) -> str:
    incident = World().incident("core").model_copy(update={"title": text, "service": text})
    told = [
        (EventKind.INCIDENT_OPENED, {"title": text, "trigger": text}),
        (EventKind.ALERT_RECEIVED, {"name": text, "summary": text, "joined_because": text}),
        (EventKind.COMMENTED, {"text": text}),
        (EventKind.ESCALATED, {"reason": text}),
    ]
    log = [
        Event(
            incident_id=incident.id,
            seq=number,
            at=incident.opened_at,
            actor="tester",
            kind=kind,
            payload=json.loads(json.dumps(payload)),
            step_key=str(number),
            prev_hash="",
            hash="",
        )
        for number, (kind, payload) in enumerate(told, 1)
    ]
    return postmortem.write(incident, log, incident.opened_at)
