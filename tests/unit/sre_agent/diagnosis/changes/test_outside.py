"""What lies outside is told, each kind by its own signs."""

import pytest
from changes_told import at, commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import judgement, outside, scene
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.domain.changes import Commit, StatusNotice
from sre_agent.domain.faults import FaultClass

ERRORS = {("till", "error_ratio"): stepped(0.01, 0.6)}


def seen(words: str, *commits: Commit, notices: tuple[StatusNotice, ...] = ()) -> Scene:
    deploys = [deploy(item.sha[0], 68, "till") for item in commits]
    return scene.build(
        told("till", ERRORS, lines("till", words), commits, deploys, notices=notices)
    )


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("lookup coins.example on 10.0.0.10:53: no such host", FaultClass.DNS_FAILURE),
        ("x509: certificate has expired or is not yet valid", FaultClass.CERTIFICATE_EXPIRY),
        (
            "POST https://api.coins.com/pay: 503 Service Unavailable",
            FaultClass.EXTERNAL_SERVICE_FAILURE,
        ),
        ("cannot book parcel: event_id=ev-77a41 offset=991", FaultClass.EXTERNAL_SERVICE_FAILURE),
        ("401 from partner: API key was revoked", FaultClass.EXTERNAL_SERVICE_FAILURE),
        ("dial tcp 10.1.2.3:5432: no route to host", FaultClass.NODE_NETWORK_UNAVAILABLE),
        ("write /data/sales: no space left on device", FaultClass.VOLUME_FULL),
    ],
)
def test_a_reason_outside_is_told_by_the_words_for_it(words: str, fault: FaultClass) -> None:
    assert fault in {reason.fault_class for reason in outside.reasons(seen(words))}


def test_a_program_that_fails_by_itself_has_no_reason_outside() -> None:
    assert outside.reasons(seen("panic: nil pointer dereference")) == ()


def test_a_service_of_the_cluster_is_none_of_others() -> None:
    words = "GET http://stock.shop.svc.cluster.local/items: 503"

    assert outside.reasons(seen(words)) == ()


@pytest.mark.parametrize(
    ("minute", "status", "counts"),
    [(71, "degraded", True), (5, "degraded", False), (71, "operational", False)],
)
def test_a_notice_counts_while_something_is_out(minute: float, status: str, counts: bool) -> None:
    notice = StatusNotice(component="mail relay", at_s=at(minute), status=status)

    found = outside.reasons(seen("cannot send", notices=(notice,)))

    assert bool(found) is counts


def test_a_rise_of_visitors_is_a_reason_and_a_rise_of_our_own_calls_is_none() -> None:
    def story(metric: str) -> Scene:
        metrics = {("till", "http_p99_ms"): stepped(80, 1500), ("till", metric): stepped(300, 2600)}
        return scene.build(told("till", metrics, lines("till", "shedding load"), [], []))

    visitors = outside.reasons(story("requests_per_sec"))
    retries = outside.reasons(story("upstream_retry_requests_per_sec"))

    assert [reason.fault_class for reason in visitors] == [FaultClass.TRAFFIC_SURGE]
    assert retries == ()


def test_a_crowd_of_our_own_attempts_weighs_less_than_one_of_visitors() -> None:
    metrics = {
        ("till", "http_p99_ms"): stepped(80, 1500),
        ("till", "requests_per_sec"): stepped(300, 2600),
    }
    crowd, attempts = (
        outside.reasons(scene.build(told("till", metrics, lines("till", words), [], [])))
        for words in ("shedding load", "shedding load: call failed after 10 attempts")
    )

    assert attempts[0].weight < crowd[0].weight


def test_a_provider_that_we_ask_too_often_is_not_to_blame() -> None:
    metrics = {
        ("till", "error_ratio"): stepped(0.01, 0.6),
        ("till", "outbound_requests_per_sec"): stepped(5, 400),
    }
    words = "api.coins.com: 429 Too Many Requests"

    more = outside.reasons(scene.build(told("till", metrics, lines("till", words), [], [])))
    same = outside.reasons(seen(words))

    assert more[0].weight < same[0].weight


def test_a_change_that_could_have_done_it_is_not_blamed_where_the_reason_outside_is_plain() -> None:
    shorter = commit(
        "p",
        64,
        "wait less",
        "services/till/coins.go",
        "-\tTimeout: 4 * time.Second,\n+\tTimeout: 3 * time.Second,",
    )
    notice = StatusNotice(
        component="coins API", at_s=at(70), status="outage", text="payments time out"
    )
    words = "call to https://api.coins.com timed out"

    with_notice = judgement.judge(seen(words, shorter, notices=(notice,)))
    without = judgement.judge(seen("call to ledger timed out", shorter))

    assert with_notice.culprit is None
    assert without.culprit is not None
