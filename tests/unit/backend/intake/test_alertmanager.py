"""Reading Alertmanager's webhook."""

import json
from typing import Any

import pytest

from backend.intake import alertmanager
from backend.intake.refusals import MalformedError, NotJsonError
from sre_agent.domain.alert import Alert, Severity


def alert(**changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "Down", "severity": "warning"},
        "annotations": {},
        "startsAt": "2026-03-01T12:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": "abc",
        **changes,
    }


def body(*alerts: Any, **changes: Any) -> bytes:
    return json.dumps({"version": "4", "groupKey": "g", "alerts": alerts, **changes}).encode()


def taken(sent: bytes) -> tuple[Alert, ...]:
    return alertmanager.parse(sent).alerts


NAMELESS = alert(labels={"severity": "info"})


@pytest.mark.parametrize("others", [(NAMELESS,), (NAMELESS, "odd", alert(status="odd"))])
def test_one_bad_alert_does_not_take_the_good_ones_with_it(others: tuple[Any, ...]) -> None:
    sent = body(alert(fingerprint="f1"), *others, alert(fingerprint="f2"))

    parsed = alertmanager.parse(sent)

    assert [item.fingerprint for item in parsed.alerts] == ["f1", "f2"]
    assert list(parsed.refused) == list(range(1, 1 + len(others)))
    for place, problems in parsed.refused.items():
        assert all(problem.field.startswith(f"alerts[{place}]") for problem in problems)


def test_a_wrong_envelope_is_refused_with_its_good_alerts() -> None:
    with pytest.raises(MalformedError):
        alertmanager.parse(body(alert(), NAMELESS, alert(status="odd"), version="3"))


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (body(alert(labels={}), alert(startsAt="yesterday")), "alerts[1].startsAt"),
        (body(alert(startsAt="2026-03-01T12:00:00")), "alerts[0].startsAt"),
        (body(alert(startsAt="0001-01-01T00:00:00+14:00")), "alerts[0].startsAt"),
        (body(alert(endsAt="9999-12-31T23:59:59-14:00")), "alerts[0].endsAt"),
        (body(alert(status="odd")), "alerts[0].status"),
        (body(alert(fingerprint="")), "alerts[0].fingerprint"),
        (body(alert(labels={"severity": "info"})), "alerts[0].labels.alertname"),
        (body(alert(labels={"alertname": 7})), "alerts[0].labels.alertname"),
        (body(alert(), version="3"), "version"),
        (b'{"version":"4"}', "alerts"),
        (b"[]", "(the body)"),
    ],
)
def test_a_wrong_field_is_named(broken: bytes, field: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        alertmanager.parse(broken)

    assert field in [problem.field for problem in refusal.value.problems]


@pytest.mark.parametrize("text", [b"", b"{", b"not json", b'{"a": NaN'])
def test_what_is_not_json_is_told_apart(text: bytes) -> None:
    with pytest.raises(NotJsonError):
        alertmanager.parse(text)


@pytest.mark.parametrize(
    ("label", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("CRITICAL", Severity.CRITICAL),
        ("page", Severity.CRITICAL),
        ("info", Severity.INFO),
        ("none", Severity.NONE),
        ("sev-unheard-of", Severity.WARNING),
    ],
)
def test_severities_of_other_houses_are_understood(label: str, severity: Severity) -> None:
    [parsed] = taken(body(alert(labels={"alertname": "Down", "severity": label})))

    assert parsed.severity is severity


def test_a_firing_alert_has_no_end_whatever_the_source_predicts() -> None:
    [parsed] = taken(body(alert(endsAt="2026-03-01T12:05:00Z")))

    assert parsed.ends_at is None


def test_the_character_zero_does_not_get_in() -> None:
    [parsed] = taken(body(alert(annotations={"summary": "a\0b"})))

    assert parsed.annotations == {"summary": "a\N{REPLACEMENT CHARACTER}b"}


def test_a_group_may_be_empty() -> None:
    assert alertmanager.parse(body()) == alertmanager.Parsed((), {})
