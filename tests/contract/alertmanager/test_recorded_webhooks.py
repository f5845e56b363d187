"""Webhooks recorded from real Alertmanagers are read completely."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.intake import alertmanager
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.identity import is_actionable, service_of

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))


def parse(recording: Path) -> list[Alert]:
    bodies = json.loads(recording.read_text())
    return [
        alert for body in bodies for alert in alertmanager.parse(json.dumps(body).encode()).alerts
    ]


def test_there_are_recordings_of_two_versions() -> None:
    assert [path.stem for path in RECORDED] == ["webhook_v4_0.25", "webhook_v4_0.28"]


@pytest.mark.parametrize("recording", RECORDED, ids=lambda path: path.stem)
def test_firing_and_resolved_are_the_same_alert(recording: Path) -> None:
    firing, resolved = parse(recording)

    assert (firing.status, resolved.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert (firing.fingerprint, firing.starts_at) == (resolved.fingerprint, resolved.starts_at)
    assert firing.ends_at is None
    assert resolved.ends_at is not None
    assert resolved.ends_at > resolved.starts_at


@pytest.mark.parametrize("recording", RECORDED, ids=lambda path: path.stem)
def test_all_that_matters_is_read(recording: Path) -> None:
    firing = parse(recording)[0]

    assert firing.name == "HighErrorRate"
    assert firing.severity is Severity.CRITICAL
    assert firing.namespace == "shop"
    assert service_of(firing) == "checkout"
    assert is_actionable(firing)
    assert firing.summary == "Error ratio 50% on checkout"
    assert firing.starts_at.tzinfo is not None
    assert firing.starts_at.astimezone(UTC) > datetime(2026, 11, 20, tzinfo=UTC)
    assert firing.group_key.startswith("{}:{alertname=")
    assert Alert.model_validate(firing.model_dump()) == firing
