"""From a tool's answer to evidence, or to a gap that is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sre_agent.agents.summaries import summarize
from sre_agent.domain.evidence import Evidence, Gap
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations import KINDS
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.safety.redaction import redact_json

KIND_OF: Mapping[tuple[str, str], str] = {
    ("kubernetes", "describe_workload"): "kubernetes.workload",
    ("kubernetes", "list_resources"): "kubernetes.resources",
    ("kubernetes", "list_objects"): "kubernetes.objects",
    ("kubernetes", "rollout_history"): "kubernetes.rollout_history",
    ("kubernetes", "list_events"): "kubernetes.events",
    ("kubernetes", "get_pod_logs"): "kubernetes.pod_logs",
    ("kubernetes", "node_status"): "kubernetes.nodes",
    ("prometheus", "golden_signals"): "metrics.golden_signals",
    ("prometheus", "resource_use"): "metrics.resource_use",
    ("prometheus", "list_alerts"): "metrics.alerts",
    ("prometheus", "range_query"): "metrics.series",
    ("prometheus", "instant_query"): "metrics.series",
    ("loki", "error_patterns"): "logs.error_patterns",
    ("loki", "query_logs"): "logs.lines",
    ("loki", "query_metric"): "metrics.series",
    ("jaeger", "sample_traces"): "traces.spans",
    ("runbooks", "search_runbooks"): "runbooks.matches",
    ("runbooks", "get_runbook"): "runbooks.runbook",
    ("github", "list_commits"): "github.commits",
    ("github", "get_commit"): "github.commit",
    ("github", "list_pull_requests"): "github.pull_requests",
    ("github", "list_deployments"): "github.deployments",
    ("github", "list_workflow_runs"): "github.workflow_runs",
    ("github", "list_releases"): "github.releases",
    ("github", "get_pull_request"): "github.pull_request",
    ("github", "codeowners"): "github.code_owners",
    ("github", "blame"): "github.blame",
    ("github", "get_file"): "github.file",
}
"""The kind of evidence that each tool brings; tools that are not here bring none."""

_NUMBERS = frozenset({"metrics.golden_signals", "metrics.resource_use", "metrics.series"})


@dataclass(frozen=True)
class Origin:
    """Who asked, and the id that the evidence will have."""

    specialist: str
    evidence_id: EvidenceId


def read(call: ToolCall, result: ToolResult, origin: Origin) -> Evidence | Gap:
    """Return what an answer is: evidence only when the status is ok and the facts fit their kind."""
    if result.status is not ToolStatus.OK or result.data is None:
        reason = result.reason or result.code or "the answer carries no data"
        return Gap(specialist=origin.specialist, call=call, status=result.status, reason=reason)
    kind = KIND_OF.get((call.server, call.tool))
    if kind is None:
        reason = f"{call.tool} brings no kind of evidence"
        return Gap(specialist=origin.specialist, call=call, status="unknown_kind", reason=reason)
    try:
        facts = KINDS[kind].model_validate(_without_secrets(kind, result)).model_dump(mode="json")
        summary = summarize(kind, facts)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        reason = f"the answer does not fit {kind}: {where}: {error.errors()[0]['msg']}"
        return Gap(specialist=origin.specialist, call=call, status="malformed", reason=reason)
    return Evidence(
        id=origin.evidence_id,
        kind=kind,
        specialist=origin.specialist,
        call=call,
        subject=_subject(facts, call),
        facts=facts,
        summary=summary,
        left_out=result.left_out,
        observed_at=result.observed_at,
    )


def _without_secrets(kind: str, result: ToolResult) -> Any:
    """Return the data with secrets masked; series hold numbers, and reading them all is waste."""
    return result.data if kind in _NUMBERS else redact_json(result.data)


def _subject(facts: dict[str, Any], call: ToolCall) -> ObjectRef | None:
    """Return the object that the evidence is about, where it is about one."""
    if isinstance(facts.get("object"), dict):
        return ObjectRef.model_validate(facts["object"])
    namespace = str(call.arguments.get("namespace", ""))
    for argument, kind in (("service", "Service"), ("pod", "Pod")):
        if argument in call.arguments:
            return ObjectRef(kind=kind, namespace=namespace, name=str(call.arguments[argument]))
    return None
