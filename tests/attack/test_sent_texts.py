"""What leaves for a channel of people holds no secret, steers nothing, and says who sends it."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import attack_corpus
import pytest
from attack_counts import Attack
from attack_signs import secrets_in, steering_in

from backend.notify import webhook

pytestmark = pytest.mark.attack
TECHNIQUES = attack_corpus.by_technique()
KEPT = "\n\t\N{ZERO WIDTH JOINER}"


@dataclass
class Notice:
    """A message whose every text is somebody else's."""

    payload: dict[str, Any]
    id: int = 1
    org_id: str = "default"
    incident_id: str = "inc-1"
    kind: str = "escalated"
    cause_key: str = "escalated:run-1"
    attempts: int = 0
    created_at: datetime = field(default=datetime(2026, 1, 1, tzinfo=UTC))


def sent(text: str) -> bytes:
    said = dict.fromkeys(("title", "service", "namespace", "reason", "summary"), text)
    claimed = {"kind": text, "org_id": text, "delivery_id": text, "created_at": text}
    return webhook.render(Notice({"incident_id": "inc-1", "people": 2, **said, **claimed}))


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_message_to_people_is_inert_as_it_is_and_as_it_is_read(
    technique: str, attack: Attack
) -> None:
    for text in attack.each_of(technique):
        raw = sent(text)
        read = json.loads(raw)

        assert raw.isascii()
        assert not set(b"<>&") & set(raw)
        shown = "".join(str(value) for value in read.values())
        assert not steering_in(shown, but=KEPT)
        assert (read["kind"], read["org_id"]) == ("escalated", "default")
        assert read["delivery_id"] == "inc-1:escalated:run-1"
        assert read["people"] == 2
        assert all(len(str(value)) <= webhook.TEXT_CHARACTERS + 1 for value in read.values())


def test_no_secret_leaves_with_a_message(attack: Attack) -> None:
    attack.uses("secrets in text")
    attack.throws(*TECHNIQUES["secrets in text"])
    for text in TECHNIQUES["secrets in text"]:
        said = json.dumps(json.loads(sent(text)))
        attack.leaks_nothing(secrets_in(said))


def test_what_people_can_read_they_still_read(attack: Attack) -> None:
    attack.uses("words of any language")
    text = "Ошибка <5 % & 日本語 🚀"

    assert json.loads(sent(text))["reason"] == text


def test_what_a_receiver_goes_by_is_sent_as_it_is(attack: Attack) -> None:
    attack.uses("words of any language")
    facts = {
        "incident_id": "inc-5f0c2a9d8e7b6c41",
        "approval_id": "apr-5f0c2a9d8e7b6c41",
        "plan_sha256": hashlib.sha256(b"plan").hexdigest(),
        "expires_at": "2026-01-01T00:05:00+00:00",
        "people": 2,
        "severity": "critical",
    }

    read = json.loads(webhook.render(Notice(facts)))

    assert {name: read[name] for name in facts} == facts
