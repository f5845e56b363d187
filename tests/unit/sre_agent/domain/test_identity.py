"""Which service an alert is about."""

from datetime import UTC, datetime

import pytest

from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.identity import is_actionable, owner_of, service_of


def alert(
    labels: dict[str, str], name: str = "Down", severity: Severity = Severity.WARNING
) -> Alert:
    return Alert(
        source="alertmanager",
        fingerprint="f",
        status=AlertStatus.FIRING,
        name=name,
        severity=severity,
        labels=labels,
        annotations={},
        starts_at=datetime(2026, 3, 1, tzinfo=UTC),
        ends_at=None,
        generator_url="",
        group_key="",
    )


@pytest.mark.parametrize(
    ("labels", "service"),
    [
        ({"replicaset": "web-7b9f5d4c", "job": "kube-state-metrics"}, "web"),
        ({"replicaset": "bare"}, "bare"),
        ({"replicaset": "web-7b9f5d4c", "deployment": "web-front"}, "web-front"),
        ({"service": "web", "deployment": "web-v2", "job": "x"}, "web"),
        ({"app": "web", "pod": "other-0"}, "web"),
        ({"deployment": "web", "job": "kube-state-metrics"}, "web"),
        ({"service": "prom-kube-state-metrics", "pod": "web-7d4b9c6f5-x2x5z"}, "web"),
        ({"pod": "db-2", "node": "n1"}, "db"),
        ({"job_name": "backup-28391", "job": "kube-state-metrics"}, "backup"),
        ({"node": "n1", "job": "node-exporter"}, "n1"),
        ({"job": "prod/web"}, "web"),
        ({"job": "kubelet"}, "Down"),
        ({}, "Down"),
    ],
)
def test_the_labels_tell_the_service(labels: dict[str, str], service: str) -> None:
    assert service_of(alert(labels)) == service


@pytest.mark.parametrize(
    ("pod", "owner"),
    [
        ("web-7d4b9c6f5-x2x5z", "web"),
        ("web-api-5f8bdc9d4c-kq7lm", "web-api"),
        ("db-0", "db"),
        ("agent-x7k2q", "agent"),
        ("web-front", "web-front"),
        ("web", "web"),
    ],
)
def test_a_pods_name_without_its_suffix_is_its_owners(pod: str, owner: str) -> None:
    assert owner_of(pod) == owner


@pytest.mark.parametrize(
    ("name", "severity", "expected"),
    [
        ("Down", Severity.INFO, True),
        ("Down", Severity.NONE, False),
        ("Watchdog", Severity.CRITICAL, False),
    ],
)
def test_heartbeats_are_nothing_to_act_on(name: str, severity: Severity, expected: bool) -> None:
    assert is_actionable(alert({}, name, severity)) is expected
