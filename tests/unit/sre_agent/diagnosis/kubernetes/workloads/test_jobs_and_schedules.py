"""Jobs, schedules, autoscalers and budgets; what is done, idle or at its minimum is left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.kubernetes.workloads import autoscalers, budgets, cron, cronjobs, jobs
from sre_agent.domain.cluster.meta import Condition, Meta, Selector
from sre_agent.domain.cluster.nodes import Node, Taint
from sre_agent.domain.cluster.workloads import Autoscaler, CronJob, DisruptionBudget, Job
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected


def job(**more: Any) -> Job:
    return Job(meta=make.meta("Job", "load"), **more)


def cronjob(schedule: str = "0 * * * *", **more: Any) -> CronJob:
    return CronJob(meta=make.meta("CronJob", "load"), schedule=schedule, **more)


def scaler(**more: Any) -> Autoscaler:
    values: dict[str, Any] = {
        "target": make.ref("Deployment", "web"),
        "max_replicas": 5,
        "current": 1,
    } | more
    return Autoscaler(meta=make.meta("HorizontalPodAutoscaler", "web"), **values)


def budget(app: str, **more: Any) -> DisruptionBudget:
    selector = Selector(labels={"app": app})
    return DisruptionBudget(
        meta=make.meta("PodDisruptionBudget", "guard"), selector=selector, **more
    )


@pytest.mark.parametrize(
    "found",
    [
        job(failed=7, backoff_limit=6),
        job(failed=1, conditions=(Condition(type="Failed", status="True", reason="Deadline"),)),
    ],
)
def test_a_job_that_gave_up_has_failed(found: Job) -> None:
    assert (Fault.JOB_FAILED, "load") in suspected(make.snapshot(found), jobs.analyze)


@pytest.mark.parametrize("writer", ["load-x7k2p", "load"])
def test_a_job_that_failed_is_quoted(writer: str) -> None:
    said = make.log(writer, "reading rows", "ERROR column total is gone", "bye")
    other = make.log("load-web-x7k2p", "FATAL somebody else")

    (found,) = jobs.analyze(View(make.snapshot(job(failed=7), other, said)))

    assert found.statement.endswith("it last says: ERROR column total is gone")
    assert said.source in found.findings[0].evidence_ids


def test_a_job_that_failed_is_quoted_by_the_log_of_the_pod_that_it_owns() -> None:
    failed = job(failed=7)
    pod = replace(make.pod("load"), meta=make.meta("Pod", "run", owners=(failed.meta.ref,)))
    said = make.log("run", "ERROR column total is gone")

    (found,) = jobs.analyze(View(make.snapshot(failed, pod, said)))

    assert said.source in found.findings[0].evidence_ids


@pytest.mark.parametrize(
    "found",
    [
        job(succeeded=1, failed=7, conditions=(Condition(type="Complete", status="True"),)),
        job(active=1, failed=2),
        job(active=1),
    ],
)
def test_a_job_that_is_done_or_tries_again_has_not(found: Job) -> None:
    assert not suspected(make.snapshot(found), jobs.analyze)


@pytest.mark.parametrize(
    "schedule", ["61 * * * *", "* * * *", "every day", "*/0 * * * *", "5-1 * * * *"]
)
def test_what_can_never_be_due_is_no_schedule(schedule: str) -> None:
    found = suspected(make.snapshot(cronjob(schedule)), cronjobs.analyze)

    assert (Fault.CRONJOB_SCHEDULE_INVALID, "load") in found


@pytest.mark.parametrize(
    "schedule", ["*/5 * * * *", "0 3 * * MON-FRI", "@daily", "15,45 0-6/2 1 jan ?", "0 0 * * 7"]
)
def test_what_the_field_writes_is_a_schedule(schedule: str) -> None:
    assert cron.parse(schedule)


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("30 4 * * *", datetime(2026, 3, 3, 4, 30, tzinfo=UTC)),
        ("0 0 1 * *", datetime(2026, 4, 1, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 9 * * sun", datetime(2026, 3, 8, 9, tzinfo=UTC)),
        ("0 0 15 * mon", datetime(2026, 3, 9, tzinfo=UTC)),
        ("0 0 31 2 *", None),
    ],
)
def test_a_schedule_is_next_due(schedule: str, due: datetime | None) -> None:
    read = cron.parse(schedule)

    assert read
    assert read.next_after(make.NOW) == due


def test_a_schedule_that_missed_two_runs_is_late() -> None:
    last = make.NOW - timedelta(hours=4)
    found = suspected(make.snapshot(cronjob(last_scheduled_at=last)), cronjobs.analyze)

    assert (Fault.CRONJOB_RUNS_MISSED, "load") in found


@pytest.mark.parametrize(
    "found",
    [
        cronjob(last_scheduled_at=make.NOW),
        cronjob(),
        cronjob("0 0 1 1 *", last_scheduled_at=make.NOW - timedelta(days=40)),
        cronjob(last_scheduled_at=make.NOW - timedelta(hours=4), time_zone="Asia/Tokyo"),
    ],
)
def test_a_schedule_that_is_not_due_is_not_late(found: CronJob) -> None:
    assert not suspected(make.snapshot(found), cronjobs.analyze)


def test_the_controller_says_that_runs_were_missed() -> None:
    found = cronjob()
    said = make.event(found.meta, "TooManyMissedTimes", "too many missed start times")

    assert (Fault.CRONJOB_RUNS_MISSED, "load") in suspected(
        make.snapshot(found, said), cronjobs.analyze
    )


def test_an_autoscaler_without_its_target_is_named() -> None:
    key = (Fault.AUTOSCALER_TARGET_MISSING, "web")

    assert key in suspected(make.snapshot(scaler()), autoscalers.analyze)
    assert not suspected(make.snapshot(scaler(), complete=()), autoscalers.analyze)
    assert not suspected(make.snapshot(scaler(), make.deployment("web")), autoscalers.analyze)


def test_an_autoscaler_that_gets_no_metrics_is_blind() -> None:
    blind = Condition(type="ScalingActive", status="False", reason="FailedGetResourceMetric")
    cluster = make.snapshot(make.deployment("web"), scaler(conditions=(blind,)))

    assert (Fault.AUTOSCALER_METRICS_UNAVAILABLE, "web") in suspected(cluster, autoscalers.analyze)


def test_an_autoscaler_of_containers_that_ask_for_nothing_cannot_scale() -> None:
    asks = make.template(make.container(requests=make.amounts(0.1)))
    key = (Fault.AUTOSCALER_WITHOUT_REQUESTS, "web")
    found = scaler(metrics=("cpu",))

    assert key in suspected(make.snapshot(make.deployment("web"), found), autoscalers.analyze)
    assert not suspected(make.snapshot(make.deployment("web", asks), found), autoscalers.analyze)


def test_an_autoscaler_that_wants_more_than_it_may_is_at_its_maximum() -> None:
    limited = Condition(type="ScalingLimited", status="True", reason="TooManyReplicas")
    full = scaler(current=5, desired=5, conditions=(limited,))
    cluster = make.snapshot(make.deployment("web"), full)

    assert (Fault.AUTOSCALER_AT_MAXIMUM, "web") in suspected(cluster, autoscalers.analyze)


def test_an_autoscaler_at_its_minimum_is_well() -> None:
    limited = Condition(type="ScalingLimited", status="True", reason="TooFewReplicas")
    idle = scaler(current=1, desired=1, conditions=(limited,))

    assert not suspected(make.snapshot(make.deployment("web"), idle), autoscalers.analyze)


FULL = budget("web", min_available="2", allowed=0, healthy=2, expected=2)
"""A budget that lets none of two healthy pods go."""
VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget."


@pytest.mark.parametrize(
    "nodes",
    [
        (make.node("node-1"),),
        (make.node("node-1"), make.node("node-2", is_unschedulable=True)),
    ],
    ids=["nobody moves anything", "a node is cordoned on which none of its pods runs"],
)
def test_a_budget_that_can_give_nothing_is_well_while_nobody_asks(nodes: tuple[Node, ...]) -> None:
    web = make.deployment("web", desired=2)
    pods = make.pod(web, 1), make.pod(web, 2)

    assert not suspected(make.snapshot(web, *pods, *nodes, FULL), budgets.analyze)


@pytest.mark.parametrize(
    "node",
    [
        make.node("node-1", is_unschedulable=True),
        make.node("node-1", taints=(Taint(key="ToBeDeletedByClusterAutoscaler"),)),
        make.node("node-1", taints=(Taint(key="karpenter.sh/disrupted"),)),
    ],
)
def test_a_budget_that_can_give_nothing_may_hold_up_who_empties_a_node(node: Node) -> None:
    web = make.deployment("web", desired=2)
    cluster = make.snapshot(web, make.pod(web, 1), make.pod(web, 2), node, FULL)

    (found,) = budgets.analyze(View(cluster))

    assert found.fault_class is Fault.DISRUPTION_BUDGET_BLOCKS
    assert sum(finding.weight for finding in found.findings) < 1
    assert "node-1" in found.statement
    assert "node/node-1" in found.findings[0].evidence_ids


@pytest.mark.parametrize(
    "about",
    [
        make.deployment("web").meta,
        make.pod("web").meta,
        make.node("node-1").meta,
        FULL.meta,
    ],
)
def test_a_budget_blocks_where_an_eviction_was_refused(about: Meta) -> None:
    web = make.deployment("web", desired=2)
    things = web, make.pod(web, 1), make.pod(web, 2), make.node("node-1"), FULL
    key = (Fault.DISRUPTION_BUDGET_BLOCKS, "web")
    refused = make.event(about, "FailedEviction", VIOLATES)
    long_ago = make.event(about, "FailedEviction", VIOLATES, last_at=make.NOW - timedelta(hours=1))

    assert suspected(make.snapshot(*things, refused), budgets.analyze)[key] >= 3
    assert not suspected(make.snapshot(*things, long_ago), budgets.analyze)


def test_a_budget_that_has_something_to_give_or_waits_for_sick_pods_does_not_block() -> None:
    web = make.deployment("web", desired=2)

    for found in (
        budget("web", allowed=1, healthy=2, expected=2),
        budget("web", allowed=0, healthy=1, expected=2),
    ):
        assert not suspected(make.snapshot(web, found), budgets.analyze)


def test_a_budget_without_pods_is_noted() -> None:
    key = (Fault.DISRUPTION_BUDGET_SELECTS_NOTHING, "guard")

    assert suspected(make.snapshot(budget("gone")), budgets.analyze)[key] < 1
    assert not suspected(
        make.snapshot(make.pod("gone"), budget("gone", expected=1)), budgets.analyze
    )
