"""When judging begins, and which alerts are looked for where."""

from datetime import datetime

from verification_answers import DONE, WHAT, after, alert, answers

from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.planning import looks, verification
from sre_agent.planning.looks import Answer, Look
from sre_agent.planning.verification import Outcome
from sre_agent.testing.toolbox import ok


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

    [asked] = [call for call in looks.calls(checked) if call.tool == "list_alerts"]
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
