"""Answers to the calls of a verification: all good, but for what a test changes."""

from datetime import datetime, timedelta
from typing import Any

from sre_agent.domain.alert import Alert
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.domain.plan import SignalBound, Verification
from sre_agent.domain.tools import ToolResult
from sre_agent.planning import looks, verification
from sre_agent.planning.looks import Answer, Look
from sre_agent.planning.verification import Judgement, Outcome
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.clock import START
from sre_agent.testing.toolbox import ok
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
            "pods": changes.get("pods", ()),
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
        for call in looks.calls(WHAT)
    ]


def outcome(seconds: float, **changes: Any) -> Outcome:
    now = after(seconds)
    look = Look(
        action_finished_at=DONE,
        now=now,
        looking_since=changes.get("looking_since"),
        alerts=changes.get("known", ()),
        steady_since=changes.get("steady_since", DONE),
    )
    return verification.judge(WHAT, answers(now, **changes), look).outcome


def before(**changes: Any) -> list[Answer]:
    """Answer every call as it was right before the action: bad, but for what a test changes."""
    return answers(DONE, **{"errors": BAD, **changes})


def judged(seconds: float, *, then: list[Answer] | None = None, **changes: Any) -> Judgement:
    """Judge so many seconds after the action, set beside what was there before it."""
    now = after(seconds)
    look = Look(
        action_finished_at=DONE,
        now=now,
        steady_since=changes.get("steady_since", DONE),
        harmed_since=changes.get("harmed_since", {}),
        before=before() if then is None else then,
        callers=changes.get("callers", ()),
        followers=changes.get("followers", ()),
    )
    return verification.judge(WHAT, answers(now, **changes), look)


def alert(name: str = "HighErrorRatio", **fields: Any) -> Alert:
    [made] = World().incident("core").alerts
    return made.model_copy(update={"name": name, **fields})


def firing(name: str, service: str) -> tuple[ActiveAlert, ...]:
    return (ActiveAlert(name=name, state="firing", labels={"service": service}),)
