"""Jobs, and what starts them by the clock."""

from sre_agent.domain.cluster.workloads import CronJob, Job
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.fields import (
    Json,
    count,
    entries,
    is_set,
    moment,
    real,
    section,
    text,
    whole,
)
from sre_agent.manifests.objects.meta import conditions, meta
from sre_agent.manifests.objects.templates import pod_spec

_RETRIES = 6
"""How often a Job is tried again where it does not say."""


def job(item: Json, source: EvidenceId) -> Job:
    """Return a Job; one that tells neither completions nor parallelism ends with its first."""
    spec, status = section(item, "spec"), section(item, "status")
    completions = whole(spec, "completions")
    retries = whole(spec, "backoffLimit")
    return Job(
        meta=meta("Job", item, source),
        template=pod_spec(section(spec, "template")),
        completions=1 if completions is None and "parallelism" not in spec else completions,
        backoff_limit=_RETRIES if retries is None else retries,
        active=count(status, "active"),
        succeeded=count(status, "succeeded"),
        failed=count(status, "failed"),
        is_suspended=is_set(spec, "suspend"),
        conditions=conditions(item),
    )


def cronjob(item: Json, source: EvidenceId) -> CronJob:
    """Return a CronJob."""
    spec, status = section(item, "spec"), section(item, "status")
    return CronJob(
        meta=meta("CronJob", item, source),
        schedule=text(spec, "schedule"),
        is_suspended=is_set(spec, "suspend"),
        starting_deadline_s=real(spec, "startingDeadlineSeconds"),
        last_scheduled_at=moment(status.get("lastScheduleTime")),
        last_succeeded_at=moment(status.get("lastSuccessfulTime")),
        active=len(entries(status, "active")),
        forbids_overlap=text(spec, "concurrencyPolicy") == "Forbid",
        time_zone=text(spec, "timeZone"),
    )
