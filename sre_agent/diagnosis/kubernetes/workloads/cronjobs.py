"""CronJobs that are held, can never be due, or miss their runs."""

from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.kubernetes.workloads import awaited, cron
from sre_agent.domain.cluster.workloads import CronJob
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId

LATE = timedelta(minutes=10)
"""A controller that is busy is not one that misses."""
ZONES = timedelta(hours=14)
"""The farthest time zone: where one is named, it decides when a run is due."""
_MISSED = frozenset({"MissSchedule", "TooManyMissedTimes", "MissedSchedule"})
_INVALID = frozenset({"UnparseableSchedule", "InvalidSchedule", "UnknownTimeZone"})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect CronJobs by their schedule, their last run, and what the controller says of them."""
    for job in view.snapshot.cronjobs:
        reasons = {
            event.reason: event
            for event in view.events_of.get(job.meta.ref, ())
            if wellbeing.is_recent(view, event)
        }
        schedule = cron.parse(job.schedule)
        if schedule is None or reasons.keys() & _INVALID:
            yield _suspect(
                job,
                FaultClass.CRONJOB_SCHEDULE_INVALID,
                weights.CONTRADICTION,
                f"{job.schedule!r} is no schedule",
            )
        elif job.is_suspended:
            yield from _held(view, job)
        elif reasons.keys() & _MISSED:
            said = next(reasons[item] for item in sorted(reasons.keys() & _MISSED))
            yield _suspect(job, FaultClass.CRONJOB_RUNS_MISSED, weights.CONTRADICTION, said.message)
        elif _is_late(view, job, schedule):
            yield _suspect(
                job,
                FaultClass.CRONJOB_RUNS_MISSED,
                weights.GENERIC_STATE,
                f"due by {job.schedule!r}, last run at {job.last_scheduled_at:%Y-%m-%d %H:%M}",
            )


def _held(view: View, job: CronJob) -> Iterator[Hypothesis]:
    """Suspect a suspended CronJob that somebody waits for: missed runs are what it is held for."""
    waiting = awaited.waiting_for(view, job.meta.ref)
    if waiting:
        yield _suspect(
            job,
            FaultClass.CRONJOB_SUSPENDED,
            weights.CONTRADICTION,
            f"it is suspended; {waiting.who} waits for it: {waiting.words}",
            waiting.source,
        )


def _is_late(view: View, job: CronJob, schedule: cron.Schedule) -> bool:
    """Return whether two runs in a row did not come, and not because one is still at it."""
    if job.last_scheduled_at is None or (job.active and job.forbids_overlap):
        return False
    first = schedule.next_after(job.last_scheduled_at)
    second = schedule.next_after(first) if first else None
    patience = LATE + (ZONES if job.time_zone else timedelta())
    return second is not None and view.snapshot.taken_at - second > patience


def _suspect(
    job: CronJob, fault: FaultClass, weight: float, why: str, *more: EvidenceId
) -> Hypothesis:
    return cause(
        Suspect(fault, job.meta.ref),
        "cronjob.schedule",
        weight,
        f"CronJob {job.meta.ref.name}: {why}",
        [job.meta.source, *more],
        schedule=job.schedule,
    )
