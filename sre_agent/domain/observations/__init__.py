"""The schemas of evidence: what each kind of observation holds, under the name it is registered by.

A new source adds kinds here; it does not bend into an existing one.
"""

from collections.abc import Mapping
from typing import TypeVar

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model import Observation
from sre_agent.domain.observations import (
    changes,
    github,
    kubernetes,
    logs,
    memory,
    metrics,
    runbooks,
    services,
    traces,
)

KINDS: Mapping[str, type[Observation]] = {
    "kubernetes.workload": kubernetes.Workload,
    "kubernetes.resources": kubernetes.ResourceList,
    "kubernetes.objects": kubernetes.ObjectList,
    "kubernetes.rollout_history": kubernetes.RolloutHistory,
    "kubernetes.events": kubernetes.EventList,
    "kubernetes.pod_logs": kubernetes.PodLogs,
    "kubernetes.nodes": kubernetes.NodeList,
    "metrics.golden_signals": metrics.GoldenSignals,
    "metrics.resource_use": metrics.ResourceUse,
    "metrics.alerts": metrics.AlertList,
    "metrics.series": metrics.SeriesList,
    "logs.error_patterns": logs.ErrorPatterns,
    "logs.lines": logs.LogLines,
    "traces.spans": traces.TraceSample,
    "runbooks.matches": runbooks.RunbookMatches,
    "runbooks.runbook": runbooks.Runbook,
    "github.commits": github.CommitList,
    "github.commit": github.CommitDetail,
    "github.pull_requests": github.PullRequestList,
    "github.deployments": github.DeploymentList,
    "github.workflow_runs": github.WorkflowRunList,
    "github.releases": github.ReleaseList,
    "github.pull_request": github.PullRequestDetail,
    "github.code_owners": github.CodeOwners,
    "github.blame": github.Blame,
    "github.file": github.FileText,
    "memory.past_incidents": memory.PastIncidents,
    "memory.alert_patterns": memory.AlertPatterns,
    "changes.near": changes.NearChanges,
    "services.entries": services.ServiceEntries,
}
"""Each kind of evidence and its schema."""

ObservationT = TypeVar("ObservationT", bound=Observation)


def read(evidence: Evidence, schema: type[ObservationT]) -> ObservationT | None:
    """Return the facts as `schema`, or None when the evidence is of another kind."""
    if KINDS.get(evidence.kind) is not schema:
        return None
    return schema.model_validate(evidence.facts)
