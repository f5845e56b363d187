"""Streams are kept without secrets and evidence, and teach in the form in which they are asked."""

import json

from sre_agent.diagnosis.alert_streams import PastFailure, Stream
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.telemetry import AlertKind, AlertSignal
from sre_agent.memory import lessons

WEB, API, DB = (f"Deployment/shop/{name}" for name in ("web", "api", "db"))


def line(entity: str, text: str) -> AlertSignal:
    return AlertSignal(kind=AlertKind.LOG, entity=entity, name=text, source=EvidenceId("log-1"))


def stream(*signals: AlertSignal) -> Stream:
    return Stream((WEB, API, DB), signals, frozenset({(0, 1), (1, 0)}), {DB: "node-1"})


def past(number: int) -> PastFailure:
    culprit = (API, DB)[number % 2]
    return PastFailure(
        stream(line(culprit, f"Timeout after {number} ms"), line(WEB, "bad gateway")),
        culprit,
        "crash_loop",
        f"inc-{number}",
    )


def test_a_stream_is_the_same_after_it_was_stored() -> None:
    call = AlertSignal(
        kind=AlertKind.TRACE, entity=API, caller=WEB, name="calls", direction="slow", at_s=17.5
    )
    before = stream(line(DB, "disk full"), call)

    after = lessons.parse(json.loads(json.dumps(lessons.dump(before))))

    assert after == lessons.kept(before)
    assert len(after.signals) == 2


def test_neither_secrets_nor_numbers_nor_evidence_are_kept() -> None:
    [kept] = lessons.kept(stream(line(API, "login 4711 failed, password=hunter2secret"))).signals

    assert "hunter2secret" not in kept.name
    assert "4711" not in kept.name
    assert kept.source == ""


def test_an_open_incident_is_compared_and_its_likeliest_workload_stands_first() -> None:
    learned = lessons.learn([past(number) for number in range(30)])
    assert learned is not None

    found = learned.apply(stream(line(DB, "Timeout after 999 ms"), line(WEB, "bad gateway")))

    assert found is not None
    assert found.learned_from == 30
    assert found.patterns[0].object == DB
    assert (found.patterns[0].times, found.patterns[0].incidents) == (
        15,
        ("inc-1", "inc-3", "inc-5"),
    )


def test_without_alerts_or_with_nobody_to_compare_nothing_is_said() -> None:
    learned = lessons.learn([past(number) for number in range(30)])
    assert learned is not None

    assert learned.apply(stream()) is None
    assert learned.apply(Stream((DB,), (line(DB, "timeout"),))) is None


def test_few_incidents_or_such_as_name_strangers_teach_nothing() -> None:
    strangers = [PastFailure(past(number).stream, "Deployment/shop/gone") for number in range(40)]

    assert lessons.learn([past(number) for number in range(5)]) is None
    assert lessons.learn(strangers) is None
