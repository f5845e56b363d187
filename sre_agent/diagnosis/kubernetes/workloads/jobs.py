"""Jobs that failed or are held."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import last_words
from sre_agent.diagnosis.kubernetes.last_words import LastWords
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.kubernetes.workloads import awaited
from sre_agent.domain.cluster.workloads import Job
from sre_agent.domain.faults import FaultClass


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect Jobs that gave up or are held while needed; one that completed after all is well."""
    for job in view.snapshot.jobs:
        if _is(job, "Complete") or _is(job, "SuccessCriteriaMet"):
            continue
        if _is_made_good(view, job):
            continue
        if _is(job, "Failed") or job.failed > job.backoff_limit:
            yield _failed(view, job)
        elif job.is_suspended:
            yield from _held(view, job)


def _held(view: View, job: Job) -> Iterator[Hypothesis]:
    """Suspect a suspended Job that somebody waits for: else it is held on purpose."""
    waiting = awaited.waiting_for(view, job.meta.ref)
    if waiting:
        yield cause(
            Suspect(FaultClass.JOB_SUSPENDED, job.meta.ref),
            "job.suspended",
            weights.CONTRADICTION,
            f"Job {job.meta.ref.name} is suspended; {waiting.who} waits for it: {waiting.words}",
            [job.meta.source, waiting.source],
        )


def _is_made_good(view: View, job: Job) -> bool:
    """Return whether what starts the Job by the clock ran to its end since this one failed."""
    owners = {item for item in job.meta.owners if item.kind == "CronJob"}
    began = job.meta.created_at
    return began is not None and any(
        item.meta.ref in owners
        and item.last_succeeded_at is not None
        and item.last_succeeded_at > began
        for item in view.snapshot.cronjobs
    )


def _failed(view: View, job: Job) -> Hypothesis:
    why = next((item for item in job.conditions if item.type == "Failed"), None)
    said = f": {why.reason} {why.message}".rstrip() if why else ""
    words = _last_words(view, job)
    said += f"; it last says: {words.text}" if words else ""
    return cause(
        Suspect(FaultClass.JOB_FAILED, job.meta.ref),
        "job.failed",
        weights.CONTRADICTION,
        f"Job {job.meta.ref.name} gave up after {job.failed} failed pods{said}",
        [job.meta.source, *([words.source] if words else ())],
        failed=job.failed,
    )


def _last_words(view: View, job: Job) -> LastWords | None:
    """Return what a Job's pods wrote last; those that are gone are known by their names."""
    ref = job.meta.ref
    of_job = re.compile(rf"{re.escape(ref.name)}(?:-[a-z0-9]{{5}})?")
    gone = (
        item
        for item in view.logs_of
        if item.kind == "Pod" and item.namespace == ref.namespace and of_job.fullmatch(item.name)
    )
    for owner in (ref, *sorted(gone, key=str)):
        for container in sorted({log.container for log in view.logs_of.get(owner, ())}):
            words = last_words.find(view, owner, container)
            if words:
                return words
    return None


def _is(job: Job, condition: str) -> bool:
    return any(item.type == condition and item.status == "True" for item in job.conditions)
