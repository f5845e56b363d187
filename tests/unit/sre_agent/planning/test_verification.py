"""A repair counts as resolved only on fresh data after it; silence is unknown, never success."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from verification_answers import (
    BAD,
    DONE,
    GOOD,
    NAMESPACE,
    SERVICE,
    WHAT,
    after,
    alert,
    answers,
    firing,
    outcome,
)

from sre_agent.domain.alert import AlertStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Replicas
from sre_agent.domain.observations.metrics import ActiveAlert
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import looks, verification
from sre_agent.planning.looks import Answer, Look
from sre_agent.planning.verification import Outcome
from sre_agent.testing import evidence as build
from sre_agent.testing.toolbox import no_data, ok, unreachable


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


def test_who_comes_after_the_deadline_still_sees_a_hold_to_its_end() -> None:
    late = {"looking_since": after(600)}

    assert outcome(600, steady_since=None, **late) is Outcome.PENDING
    assert outcome(630, steady_since=after(600), **late) is Outcome.RESOLVED
    assert outcome(659, steady_since=None, **late) is Outcome.PENDING
    assert outcome(660, steady_since=None, **late) is Outcome.UNKNOWN


def test_who_looks_from_the_beginning_has_no_longer_than_the_deadline() -> None:
    assert outcome(119, steady_since=None, looking_since=after(1)) is Outcome.PENDING
    assert outcome(120, steady_since=None, looking_since=after(1)) is Outcome.UNKNOWN


def test_a_look_that_finds_an_alert_starts_the_time_anew() -> None:
    now = after(60)
    look = Look(action_finished_at=DONE, now=now, steady_since=DONE)
    bad = answers(now, alerts=firing("HighErrorRatio", SERVICE))

    assert verification.judge(WHAT, bad, look).steady_since is None
    assert verification.judge(WHAT, answers(now), look).steady_since == DONE


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
    asked = [(call.server, call.tool) for call in looks.calls(WHAT)]

    assert asked == [
        ("prometheus", "golden_signals"),
        ("prometheus", "list_alerts"),
        ("kubernetes", "describe_workload"),
    ]
    assert isinstance(looks.calls(WHAT)[0], ToolCall)


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


@pytest.mark.parametrize(
    ("target", "changes", "is_in_vain"),
    [
        (SERVICE, {"errors": BAD}, True),
        (SERVICE, {"replicas": build.replicas(2, ready=1)}, True),
        (SERVICE, {"alerts": firing("HighErrorRatio", SERVICE)}, False),
        ("another", {"errors": BAD}, False),
    ],
)
def test_a_repair_is_in_vain_only_when_the_repaired_object_itself_is_bad(
    target: str, changes: dict[str, Any], *, is_in_vain: bool
) -> None:
    what = WHAT.model_copy(update={"object": ObjectRef.deployment(NAMESPACE, target)})
    now = after(130)
    said = {answer.call.tool: answer.result for answer in answers(now, **changes)}
    given = [Answer(call, said[call.tool]) for call in looks.calls(what)]

    judged = verification.judge(what, given, Look(action_finished_at=DONE, now=now))

    assert judged.outcome is Outcome.NOT_RESOLVED
    assert judged.is_in_vain is is_in_vain


def test_not_one_moment_of_errors_is_forgiven() -> None:
    one = build.step_at(after(45), GOOD, GOOD)

    def errors(at: datetime) -> float:
        return BAD if at == after(45) else one(at)

    assert outcome(60, errors=errors) is Outcome.PENDING
