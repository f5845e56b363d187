"""Jobs and schedules held on purpose: no fault until somebody waits for them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.kubernetes.workloads import cronjobs, jobs
from sre_agent.domain.cluster.workloads import CronJob, Job
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make

HELD_JOB = Job(meta=make.meta("Job", "load"), is_suspended=True)
HELD_CRONJOB = CronJob(
    meta=make.meta("CronJob", "nightly-report"),
    schedule="0 3 * * *",
    is_suspended=True,
    last_scheduled_at=make.NOW - timedelta(days=30),
)
WEB = make.deployment("web")
POD = make.pod(WEB)
NAME = POD.meta.ref.name


def found(*objects: Any) -> list[Hypothesis]:
    view = View(make.snapshot(HELD_JOB, HELD_CRONJOB, WEB, POD, *objects))
    both: Iterable[Iterable[Hypothesis]] = (jobs.analyze(view), cronjobs.analyze(view))
    return [item for one in both for item in one]


@pytest.mark.parametrize(
    "more",
    [
        (),
        (make.event(HELD_CRONJOB.meta, "MissSchedule", "Missed scheduled time to start a job"),),
        (make.event(HELD_JOB.meta, "Suspended", "Job load suspended", "Normal"),),
        (make.log("load-x1", "job load: waiting for rows"),),
        (make.log(NAME, "listening", "wait for load balancer", "job load exported 3 rows"),),
        (make.log(NAME, "waiting for job load-2", "waiting for the-nightly-report"),),
        (make.log(NAME, "waiting for job load", *["served /"] * 30),),
        (make.log(NAME, "waiting for job load", is_previous=True),),
        (
            make.event(
                POD.meta,
                "Waiting",
                "waiting for job load",
                last_at=make.NOW - timedelta(hours=2),
            ),
        ),
    ],
    ids=[
        "nothing else",
        "its own missed runs",
        "its own word that it is held",
        "a line of its own pod",
        "lines that name it and do not wait, or wait for something else",
        "lines about others of a similar name",
        "a line long ago",
        "a line of a run that ended",
        "an event long ago",
    ],
)
def test_what_is_held_on_purpose_is_no_fault(more: tuple[Any, ...]) -> None:
    assert found(*more) == []


@pytest.mark.parametrize(
    ("sign", "fault"),
    [
        (make.log(NAME, "Waiting for job load to complete..."), Fault.JOB_SUSPENDED),
        (make.log(NAME, "error: timed out on jobs.batch/load"), Fault.JOB_SUSPENDED),
        (make.event(POD.meta, "Waiting", "job load has not completed"), Fault.JOB_SUSPENDED),
        (make.log(NAME, "WARN data of nightly-report is stale"), Fault.CRONJOB_SUSPENDED),
        (make.log(NAME, "no output of nightly-report-29012345 yet"), Fault.CRONJOB_SUSPENDED),
    ],
)
def test_what_is_held_while_somebody_waits_is_a_fault(sign: Any, fault: Fault) -> None:
    (item,) = found(sign)

    assert item.fault_class is fault
    assert sum(finding.weight for finding in item.findings) >= 2
    assert "web waits for it" in item.statement
    assert sign.source in item.findings[0].evidence_ids


def test_a_job_of_another_namespace_is_not_the_one_that_is_waited_for() -> None:
    elsewhere = make.deployment("web", namespace="bank")
    pod = make.pod(elsewhere)
    waits = make.event(pod.meta, "Waiting", "waiting for job load")

    assert found(elsewhere, pod, waits) == []
