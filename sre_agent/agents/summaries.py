"""One line for people about each kind of evidence, made of its facts only."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sre_agent.agents import change_summaries
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.observations import KINDS
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.observations.kubernetes import (
    EventList,
    NodeList,
    ObjectList,
    PodLogs,
    ResourceList,
    RolloutHistory,
    Workload,
)
from sre_agent.domain.observations.logs import ErrorPatterns, LogLines
from sre_agent.domain.observations.memory import AlertPatterns, PastIncident, PastIncidents
from sre_agent.domain.observations.metrics import AlertList, GoldenSignals, ResourceUse, SeriesList
from sre_agent.domain.observations.runbooks import Runbook, RunbookMatches
from sre_agent.domain.observations.traces import TraceSample

SHOWN_CHARACTERS = 100
SHOWN_PATTERNS = 3


def summarize(kind: str, facts: dict[str, Any]) -> str:
    """Return the line for facts of a kind.

    Raises:
        pydantic.ValidationError: The facts are not of that kind.
    """
    return _SUMMARIES[kind](facts)


def _workload(facts: dict[str, Any]) -> str:
    it = Workload.model_validate(facts)
    revision = max((item.number for item in it.revisions if item.is_current), default=None)
    at = f", revision {revision}" if revision is not None else ""
    return f"{it.object}: {it.replicas.ready} of {it.replicas.desired} pods ready{at}"


def _resources(facts: dict[str, Any]) -> str:
    it = ResourceList.model_validate(facts)
    return f"{len(it.items)} of kind {it.kind} in {it.namespace or 'the cluster'}"


def _objects(facts: dict[str, Any]) -> str:
    it = ObjectList.model_validate(facts)
    kinds = {str(item.get("kind")) for item in it.items}
    unseen = f", {', '.join(it.forbidden)} may not be read" if it.forbidden else ""
    return f"{len(it.items)} objects of {len(kinds)} kinds in {it.namespace}{unseen}"


def _history(facts: dict[str, Any]) -> str:
    it = RolloutHistory.model_validate(facts)
    return f"{it.object}: {len(it.revisions)} revisions, now {it.current_revision}"


def _events(facts: dict[str, Any]) -> str:
    it = EventList.model_validate(facts)
    warnings = sum(event.type == "Warning" for event in it.events)
    return f"{len(it.events)} events in {it.namespace}, {warnings} of them warnings"


def _pod_logs(facts: dict[str, Any]) -> str:
    it = PodLogs.model_validate(facts)
    which = "previous run of " if it.previous else ""
    return f"last {len(it.lines)} lines of {which}{it.pod}/{it.container}"


def _nodes(facts: dict[str, Any]) -> str:
    it = NodeList.model_validate(facts)
    return f"{sum(node.ready for node in it.nodes)} of {len(it.nodes)} nodes ready"


def _signals(facts: dict[str, Any]) -> str:
    it = GoldenSignals.model_validate(facts)
    traffic, errors = it.total.traffic.last, it.total.errors.last
    latency = it.total.latency_p99.last if it.total.latency_p99 else None
    parts = [
        f"{traffic:.3g} requests/s" if traffic is not None else "no traffic seen",
        f"{errors:.1%} errors" if errors is not None else "no error ratio",
        *([f"p99 {latency:.3g} s"] if latency is not None else []),
    ]
    return f"{it.namespace}/{it.service} now: {', '.join(parts)}"


def _use(facts: dict[str, Any]) -> str:
    it = ResourceUse.model_validate(facts)
    told = ", ".join(sorted({row.measure for row in it.rows}))
    return f"{len(it.rows)} series of what {it.namespace} and its nodes use: {told}"


def _alerts(facts: dict[str, Any]) -> str:
    it = AlertList.model_validate(facts)
    firing = sorted({alert.name for alert in it.alerts if alert.state == "firing"})
    return f"firing: {', '.join(firing)}" if firing else "no alert fires"


def _series(facts: dict[str, Any]) -> str:
    it = SeriesList.model_validate(facts)
    return f"{len(it.series)} series for {it.query[:SHOWN_CHARACTERS]}"


def _patterns(facts: dict[str, Any]) -> str:
    it = ErrorPatterns.model_validate(facts)
    novel = sum(pattern.is_novel for pattern in it.patterns)
    return (
        f"{it.namespace}/{it.service}: {it.error_lines} error lines "
        f"({it.error_lines_before} before), {novel} new patterns"
    )


def _lines(facts: dict[str, Any]) -> str:
    it = LogLines.model_validate(facts)
    return f"{len(it.lines)} lines for {it.query[:SHOWN_CHARACTERS]}"


def _traces(facts: dict[str, Any]) -> str:
    it = TraceSample.model_validate(facts)
    failed = sum(trace.has_failed for trace in it.traces)
    services = {span.service for trace in it.traces for span in trace.spans}
    slowest_s = max((trace.took_s for trace in it.traces), default=0.0)
    return (
        f"{it.namespace}/{it.service}: {len(it.traces)} requests through {len(services)} services, "
        f"{failed} of them failed, the slowest took {slowest_s:.3g} s"
    )


def _runbook_matches(facts: dict[str, Any]) -> str:
    it = RunbookMatches.model_validate(facts)
    asked = ", ".join(part for part in (it.alert, it.service, it.query) if part)
    if not it.matches:
        return f"no runbook for {asked[:SHOWN_CHARACTERS]}"
    count = len(it.matches)
    found = "1 runbook" if count == 1 else f"{count} runbooks"
    return f"{found} for {asked[:SHOWN_CHARACTERS]}, first {it.matches[0].id}"


def _runbook(facts: dict[str, Any]) -> str:
    it = Runbook.model_validate(facts)
    age = f"validated {it.age_days} days ago" if it.age_days is not None else "never validated"
    stale = ", stale" if it.is_stale else ""
    return f"{it.title[:SHOWN_CHARACTERS]} ({it.source}): {len(it.steps)} typed steps, {age}{stale}"


def _past(facts: dict[str, Any]) -> str:
    it = PastIncidents.model_validate(facts)
    told = [
        f"{past.incident_id} ({past.similarity:.0%} alike: {_proven(past)})"
        for past in it.incidents
    ]
    return f"seen before: {'; '.join(told)}" if told else "nothing like it was seen before"


def _alert_patterns(facts: dict[str, Any]) -> str:
    it = AlertPatterns.model_validate(facts)
    told = ", ".join(
        f"{item.object} {in_percent(item.probability)}" for item in it.patterns[:SHOWN_PATTERNS]
    )
    return f"by {it.learned_from} verified past incidents the alerts point to: {told}"


def _changes(facts: dict[str, Any]) -> str:
    it = NearChanges.model_validate(facts)
    kinds = Counter(change.kind.value.replace("_", " ") for change in it.changes)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"changed before and around the onset: {told or 'nothing'}"


def _proven(past: PastIncident) -> str:
    cause = past.confirmed or past.cause
    named = f"{cause.fault_class} of {cause.object}" if cause else "no cause named"
    judged = f", judged {past.verdict.judgement}" if past.verdict else ""
    repair = f", {past.repair.partition('(')[0]}" if past.repair else ""
    return f"{named}{repair}, {past.outcome}{judged}"


_SUMMARIES: Mapping[str, Callable[[dict[str, Any]], str]] = dict(
    zip(
        KINDS,
        (
            _workload,
            _resources,
            _objects,
            _history,
            _events,
            _pod_logs,
            _nodes,
            _signals,
            _use,
            _alerts,
            _series,
            _patterns,
            _lines,
            _traces,
            _runbook_matches,
            _runbook,
            change_summaries.commits,
            change_summaries.commit,
            change_summaries.pull_requests,
            change_summaries.deployments,
            change_summaries.workflow_runs,
            change_summaries.releases,
            change_summaries.pull_request,
            change_summaries.code_owners,
            change_summaries.blame,
            change_summaries.file,
            _past,
            _alert_patterns,
            _changes,
            change_summaries.services,
        ),
        strict=True,
    )
)
