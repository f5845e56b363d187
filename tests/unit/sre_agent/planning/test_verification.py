"""A repair counts as resolved only on fresh data after it; silence is unknown, never success."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sre_agent.domain.alert import Alert, AlertStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Replicas
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.domain.plan import SignalBound, Verification
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.planning import verification
from sre_agent.planning.verification import Answer, Look, Outcome
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.clock import START
from sre_agent.testing.toolbox import no_data, ok, unreachable
from sre_agent.testing.world import World

DONE = START
NAMESPACE, SERVICE = "ns", "svc"
GOOD, BAD = 0.0, 0.4
WHAT = Verification(
    object=ObjectRef.deployment(NAMESPACE, SERVICE),
    bounds=(
        SignalBound(
            namespace=NAMESPACE,
            service=SERVICE,
            error_ratio_max=0.02,
            latency_p99_max_s=0.2,
            min_traffic_rps=1.0,
        ),
    ),
    alert_names=("HighErrorRatio",),
    hold_s=30,
    deadline_s=120,
)


def after(seconds: float) -> datetime:
    return DONE + timedelta(seconds=seconds)


def answers(now: datetime, **changes: Any) -> list[Answer]:
    """Answer every call of the verification with good news, but for what a test changes."""
    group = build.group(
        changes.get("data_end", now),
        errors=changes.get("errors", build.step_at(DONE, BAD, GOOD)),
        traffic=changes.get("traffic", 10.0),
        latency_p99=changes.get("latency", 0.02),
        grid=(120, 5),
    )
    alerts = changes.get("alerts", ())
    workload = views.workload(World(), "core").model_copy(
        update={
            "object": WHAT.object,
            "replicas": changes.get("replicas", build.replicas(2)),
            "generation": 3,
            "observed_generation": changes.get("observed_generation", 3),
        }
    )
    said: dict[str, Any] = {
        "golden_signals": build.golden_signals(NAMESPACE, SERVICE, group),
        "list_alerts": AlertList(alerts=alerts),
        "describe_workload": workload,
    }
    replaced: dict[str, ToolResult] = changes.get("results", {})
    return [
        Answer(
            call,
            replaced.get(call.tool)
            or ok(said[call.tool].model_dump(mode="json"), observed_at=changes.get("at", now)),
        )
        for call in verification.calls(WHAT)
    ]


def outcome(seconds: float, **changes: Any) -> Outcome:
    now = after(seconds)
    look = Look(
        action_finished_at=DONE,
        now=now,
        alerts=changes.get("known", ()),
        steady_since=changes.get("steady_since", DONE),
    )
    return verification.judge(WHAT, answers(now, **changes), look).outcome


def test_good_signals_for_long_enough_after_the_action_are_resolved() -> None:
    assert outcome(40) is Outcome.RESOLVED


def test_good_signals_for_too_short_a_time_are_pending() -> None:
    assert outcome(20) is Outcome.PENDING


def test_signals_that_recover_late_are_resolved_once_they_have_held() -> None:
    curve = build.step_at(after(50), BAD, GOOD)

    assert outcome(70, errors=curve) is Outcome.PENDING
    assert outcome(85, errors=curve) is Outcome.RESOLVED


def test_a_hold_is_counted_from_where_no_rate_looks_back_to_before_the_action() -> None:
    assert outcome(34) is Outcome.PENDING
    assert outcome(40) is Outcome.RESOLVED


def test_alerts_and_rollout_must_stay_good_as_long_as_the_signals() -> None:
    assert outcome(60, steady_since=None) is Outcome.PENDING
    assert outcome(60, steady_since=after(31)) is Outcome.PENDING
    assert outcome(61, steady_since=after(31)) is Outcome.RESOLVED
    assert outcome(120, steady_since=None) is Outcome.UNKNOWN


def test_a_look_that_finds_an_alert_starts_the_time_anew() -> None:
    now = after(60)
    look = Look(action_finished_at=DONE, now=now, steady_since=DONE)
    bad = answers(now, alerts=firing("HighErrorRatio", SERVICE))

    assert verification.judge(WHAT, bad, look).steady_since is None
    assert verification.judge(WHAT, answers(now), look).steady_since == DONE


def alert(name: str = "HighErrorRatio", **fields: Any) -> Alert:
    [made] = World().incident("core").alerts
    return made.model_copy(update={"name": name, **fields})


def firing(name: str, service: str) -> tuple[ActiveAlert, ...]:
    return (ActiveAlert(name=name, state="firing", labels={"service": service}),)


@pytest.mark.parametrize(
    "changes",
    [
        {"errors": BAD},
        {"latency": 1.5},
        {"alerts": firing("HighErrorRatio", SERVICE)},
        {"alerts": (ActiveAlert(name="HighErrorRatio", state="pending", labels={"pod": SERVICE}),)},
        {
            "alerts": (ActiveAlert(name="HighErrorRatio", state="firing", labels={"slo": "x"}),),
            "known": (alert(labels={"slo": "x", "cluster": "a"}),),
        },
        {"replicas": build.replicas(2, ready=1)},
        {"observed_generation": 2},
        {
            "replicas": Replicas(
                desired=2, current=3, updated=2, ready=2, available=2, unavailable=0
            )
        },
    ],
)
def test_what_the_data_speak_against_is_not_resolved_at_the_deadline(
    changes: dict[str, Any],
) -> None:
    assert outcome(60, **changes) is Outcome.PENDING
    assert outcome(120, **changes) is Outcome.NOT_RESOLVED


def _nothing(_: datetime) -> None:
    return None


@pytest.mark.parametrize(
    "changes",
    [
        {"results": {"golden_signals": unreachable()}},
        {"results": {"golden_signals": no_data()}},
        {"results": {"list_alerts": unreachable()}},
        {"results": {"describe_workload": unreachable()}},
        {
            "results": {
                "list_alerts": ok({"alerts": []}, observed_at=after(130), left_out=("9 alerts",))
            }
        },
        {"traffic": 0.0},
        {"traffic": _nothing},
        {"errors": _nothing},
        {"latency": _nothing},
        {"data_end": DONE + timedelta(seconds=45)},
        {"data_end": DONE - timedelta(seconds=1)},
        {"at": DONE - timedelta(seconds=1)},
    ],
)
def test_without_fresh_data_the_outcome_is_unknown_and_never_resolved(
    changes: dict[str, Any],
) -> None:
    assert outcome(100, **changes) is Outcome.PENDING
    assert outcome(120, **changes) is Outcome.UNKNOWN


def test_calls_that_were_never_made_are_unknown() -> None:
    judged = verification.judge(WHAT, [], Look(action_finished_at=DONE, now=after(120)))

    assert judged.outcome is Outcome.UNKNOWN
    assert "not asked" in judged.reason


def test_the_same_alert_of_another_service_does_not_count() -> None:
    assert outcome(40, alerts=firing("HighErrorRatio", "another")) is Outcome.RESOLVED
    assert outcome(40, alerts=firing("AnotherAlert", SERVICE)) is Outcome.RESOLVED


@pytest.mark.parametrize("seconds", range(0, 120, 7))
def test_good_data_from_before_the_action_never_make_it_resolved(seconds: int) -> None:
    curve: Callable[[datetime], float] = build.step_at(DONE, GOOD, BAD)

    assert outcome(seconds, errors=curve) is not Outcome.RESOLVED


def test_an_answer_that_cannot_be_read_is_silence() -> None:
    broken = ok({"alerts": "no list"}, observed_at=after(130))

    assert outcome(130, results={"list_alerts": broken}) is Outcome.UNKNOWN


def test_what_is_asked_names_the_service_the_alerts_and_the_workload() -> None:
    asked = [(call.server, call.tool) for call in verification.calls(WHAT)]

    assert asked == [
        ("prometheus", "golden_signals"),
        ("prometheus", "list_alerts"),
        ("kubernetes", "describe_workload"),
    ]
    assert isinstance(verification.calls(WHAT)[0], ToolCall)


def test_alerts_that_joined_after_the_plan_are_looked_for() -> None:
    gone = alert("Gone", status=AlertStatus.RESOLVED)

    checked = verification.with_alerts(WHAT, (alert("Late"), gone))

    assert checked.alert_names == ("HighErrorRatio", "Late")


def spikes(*at_s: float) -> Callable[[datetime], float]:
    """Return a latency that is good but at some moments."""
    bad = {after(seconds) for seconds in at_s}
    return lambda at: 5.0 if at in bad else 0.02


def test_one_slow_moment_of_a_busy_machine_does_not_make_a_good_repair_look_bad() -> None:
    assert outcome(60, latency=spikes(45)) is Outcome.RESOLVED
    assert outcome(120, latency=spikes(105, 110)) is Outcome.NOT_RESOLVED


def test_not_one_moment_of_errors_is_forgiven() -> None:
    one = build.step_at(after(45), GOOD, GOOD)

    def errors(at: datetime) -> float:
        return BAD if at == after(45) else one(at)

    assert outcome(60, errors=errors) is Outcome.PENDING


def test_nothing_is_judged_before_the_playbook_says_so() -> None:
    waits = WHAT.model_copy(update={"wait_s": 50.0})

    def judged(seconds: float, steady_since: datetime | None) -> verification.Judgement:
        now = after(seconds)
        look = Look(action_finished_at=DONE, now=now, steady_since=steady_since)
        return verification.judge(waits, answers(now), look)

    early = judged(45, DONE)
    assert early.outcome is Outcome.PENDING
    assert early.steady_since is None
    assert "50 s after the action" in " ".join(early.checks)
    assert judged(51, early.steady_since).outcome is Outcome.PENDING
    assert judged(85, after(51)).outcome is Outcome.RESOLVED


def test_an_alert_that_names_no_namespace_is_looked_for_everywhere() -> None:
    nameless = alert("Late", labels={"alertname": "Late", "slo": "x", "cluster": "a"})

    checked = verification.with_alerts(WHAT, (nameless,))

    [asked] = [call for call in verification.calls(checked) if call.tool == "list_alerts"]
    assert "namespace" not in asked.arguments
    now = after(60)
    found = [
        Answer(asked, ok(AlertList(alerts=alerts).model_dump(mode="json"), observed_at=now))
        for alerts in (
            (),
            (ActiveAlert(name="Late", state="firing", labels={"alertname": "Late", "slo": "x"}),),
            (ActiveAlert(name="Late", state="firing", labels={"alertname": "Late", "slo": "y"}),),
        )
    ]
    look = Look(action_finished_at=DONE, now=now, alerts=(nameless,), steady_since=DONE)
    others = [answer for answer in answers(now) if answer.call.tool != "list_alerts"]
    outcomes = [verification.judge(checked, [*others, one], look).outcome for one in found]
    assert outcomes == [Outcome.RESOLVED, Outcome.PENDING, Outcome.RESOLVED]
