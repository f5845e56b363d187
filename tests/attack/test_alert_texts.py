"""Whatever an alert says, it stays data: no call, no ruling and no name is made of its sentences."""

import json
import time
from typing import Any

import attack_corpus
import pytest
from attack_counts import Attack

from backend.db.plain_json import plain_json
from backend.intake import alertmanager
from sre_agent.agents import calls
from sre_agent.agents.specialists import SPECIALISTS
from sre_agent.domain import identity
from sre_agent.domain.incident import Incident
from sre_agent.domain.names import is_name, is_title
from sre_agent.domain.tools import ToolCall
from sre_agent.testing.world import World

pytestmark = pytest.mark.attack
TECHNIQUES = attack_corpus.by_technique()
LABELS = ("service", "namespace", "pod", "alertname")
WITHIN_S = 5.0
BODY_MAX_BYTES = 1024 * 1024


def webhook(text: str) -> bytes:
    """Return what Alertmanager would send if a label, an annotation and all else said this."""
    alert: dict[str, Any] = {
        "status": "firing",
        "labels": {"alertname": "Down", "service": text, "namespace": text, text: text},
        "annotations": {"summary": text, "runbook_url": text, text: "x"},
        "startsAt": "2026-01-01T00:00:00Z",
        "generatorURL": text,
        "fingerprint": "f1",
    }
    return json.dumps({"version": "4", "groupKey": text, "alerts": [alert]}).encode()


def spoken_to(text: str, label: str) -> Incident:
    """Return an incident one of whose alert's labels is the text, with what intake makes of it."""
    incident = World().incident("core")
    [first, *rest] = incident.alerts
    changes = {"name": text} if label == "alertname" else {}
    labels = {**first.labels, label: text}
    alert = first.model_copy(update={"labels": labels, "annotations": {"summary": text}, **changes})
    service = identity.service_of(alert)
    place = {"namespace": text} if label == "namespace" else {}
    return incident.model_copy(
        update={"alerts": (alert, *rest), "service": service, "title": text, **place}
    )


def first_calls(incident: Incident) -> list[ToolCall]:
    return [call for each in SPECIALISTS for call in calls.plan_calls(each, incident, (), ())]


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_webhook_of_hostile_text_is_read_as_text_and_nothing_else(
    technique: str, attack: Attack
) -> None:
    for text in attack.each_of(technique):
        started = time.perf_counter()

        [alert] = alertmanager.parse(webhook(text)).alerts

        assert alert.annotations["summary"] == text.replace("\0", "\ufffd")
        assert identity.service_of(alert) in {text.replace("\0", "\ufffd"), "Down"}
        assert time.perf_counter() - started < WITHIN_S


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_what_an_alert_says_becomes_an_argument_only_where_it_is_a_name(
    technique: str, attack: Attack
) -> None:
    for text in attack.each_of(technique):
        for label in LABELS:
            for call in first_calls(spoken_to(text, label)):
                attack.writes_nothing([call.tool] if "grant" in call.arguments else [])
                for name, value in call.arguments.items():
                    if isinstance(value, str) and len(text.strip()) > 2 and text in value:
                        assert is_title(text) if name == "alert" else is_name(text), (name, text)


def test_names_and_titles_as_systems_and_people_give_them_still_become_arguments() -> None:
    for name in (
        "web",
        "pay-5d9f7c-x2x4q",
        "shop/web",
        "Checkout_API",
        "10.0.0.7:9100",
        "system:x",
    ):
        told = [call.arguments for call in first_calls(spoken_to(name, "service"))]
        assert any(name in arguments.values() for arguments in told), name
    for title in ("KubePodCrashLooping", "High error rate (5xx > 1%)".replace(">", "="), "Ошибки"):
        told = [call.arguments for call in first_calls(spoken_to(title, "alertname"))]
        assert any(arguments.get("alert") == title for arguments in told), title


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_hostile_text_is_stored_as_one_value_and_hashed_as_it_is_read_again(
    technique: str, attack: Attack
) -> None:
    for text in attack.each_of(technique):
        stored = plain_json({"reason": text, text: [text]})

        assert plain_json(stored) == stored
        assert "\0" not in json.dumps(stored, ensure_ascii=False)
        assert stored["reason"] == text.replace("\0", "\ufffd")
