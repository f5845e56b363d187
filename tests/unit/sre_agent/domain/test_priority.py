"""How soon an alert has to be looked at."""

from datetime import UTC, datetime

import pytest

from sre_agent.domain import priority
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.priority import Priority


@pytest.mark.parametrize(
    ("severity", "label", "expected"),
    [
        (Severity.CRITICAL, None, Priority.P1),
        (Severity.WARNING, None, Priority.P2),
        (Severity.INFO, None, Priority.P3),
        (Severity.NONE, None, Priority.P4),
        (Severity.INFO, "P1", Priority.P1),
        (Severity.CRITICAL, " p4 ", Priority.P4),
        (Severity.WARNING, "P5", Priority.P2),
        (Severity.WARNING, "urgent", Priority.P2),
        (Severity.WARNING, "", Priority.P2),
    ],
)
def test_a_label_overrules_the_severity_when_it_names_a_class(
    severity: Severity, label: str | None, expected: Priority
) -> None:
    alert = Alert(
        source="alertmanager",
        fingerprint="f",
        status=AlertStatus.FIRING,
        name="Down",
        severity=severity,
        labels={} if label is None else {"priority": label},
        annotations={},
        starts_at=datetime(2026, 3, 1, tzinfo=UTC),
        ends_at=None,
        generator_url="",
        group_key="",
    )

    assert priority.of(alert) is expected
