"""Looking at a namespace through the platform's own servers, which can only read here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backend.clusters.toolboxes import Toolboxes, own_endpoints
from backend.db.engine import create_engine
from backend.db.tenancy import Tenant
from backend.settings.mcp import McpSettings
from sre_agent import ports
from sre_agent.agents import answers
from sre_agent.diagnosis.incident import objects
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.domain import observations
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.errors import PermanentError, TransientError
from sre_agent.domain.evidence import Evidence, Gap
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import ObjectList, PodLogs
from sre_agent.domain.tools import ToolCall, ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

FactT = TypeVar("FactT", ObjectList, PodLogs)

SERVER = "kubernetes"
DEADLINE_S = 20.0
MAX_LOGS = 6
"""The ailing pods, of different owners, whose last words are read."""
TAIL_LINES = 80


class NothingToAskError(PermanentError):
    """No server for the cluster is known here, or it refuses to answer."""


@dataclass
class Look:
    """The picture of a namespace, the calls it came from, and what could not be seen."""

    snapshot: Snapshot
    read: Mapping[str, str]
    unseen: dict[str, str] = field(default_factory=dict)


async def look(
    settings: McpSettings, namespace: str, cluster: str | None, clock: ports.Clock
) -> Look:
    """Return what a namespace of a cluster looks like now; nothing is changed, no incident opened.

    Raises:
        NothingToAskError: No server is known, or it refuses.
        TransientError: It does not answer.
    """
    endpoint = await _endpoint(settings, cluster, clock)
    reading = Endpoint(url=endpoint.url, read_token=endpoint.read_token, write_token=None)
    async with McpToolbox({SERVER: reading}, clock) as toolbox:
        return await _seen(toolbox, namespace)


async def _endpoint(settings: McpSettings, cluster: str | None, clock: ports.Clock) -> Endpoint:
    if cluster is None or cluster == settings.cluster_id:
        found = own_endpoints(settings)
    else:
        engine = create_engine(settings.database_url)
        try:
            async with Toolboxes(engine, clock, settings) as toolboxes:
                found = await toolboxes.endpoints(Tenant(settings.org_id, cluster))
        finally:
            await engine.dispose()
    if SERVER not in found:
        raise NothingToAskError(
            "no Kubernetes MCP server is known here: run this where the platform runs, or set "
            "MCP_KUBERNETES_URL and MCP_KUBERNETES_READ_TOKEN"
        )
    return found[SERVER]


async def _seen(toolbox: McpToolbox, namespace: str) -> Look:
    call = ToolCall(server=SERVER, tool="list_objects", arguments={"namespace": namespace})
    found = await _ask(toolbox, call, "objects")
    if isinstance(found, Gap):
        is_silent = found.status == ToolStatus.UNREACHABLE
        raise (TransientError if is_silent else NothingToAskError)(
            f"the objects of {namespace} cannot be read: {found.reason}"
        )
    listed = _fact(found, ObjectList)
    if not any(_is_in(item, namespace) for item in listed.fact.items):
        raise NothingToAskError(
            f"there is nothing in namespace {namespace}, or the cluster has no such namespace"
        )
    snapshot = objects.picture([listed], [])
    logs, gaps = await _last_words(toolbox, snapshot)
    told = objects.picture([listed], logs)
    unseen = {f"every {kind}": "may not be read" for kind in listed.fact.forbidden}
    unseen |= dict.fromkeys(found.left_out, "left out")
    read = {"objects": found.summary}
    for seen in logs:
        read[seen.id] = f"last {len(seen.fact.lines)} lines"
    return Look(told, read, {**unseen, **gaps})


def _is_in(item: dict[str, Any], namespace: str) -> bool:
    return (item.get("metadata") or {}).get("namespace") == namespace


async def _last_words(
    toolbox: McpToolbox, snapshot: Snapshot
) -> tuple[list[Seen[PodLogs]], dict[str, str]]:
    logs, gaps = [], {}
    for pod in _ailing(snapshot.pods)[:MAX_LOGS]:
        restarted = any(status.restarts for status in pod.statuses)
        arguments: dict[str, str | int | bool] = {
            "namespace": pod.meta.ref.namespace,
            "pod": pod.meta.ref.name,
            "container": _container(pod),
            "tail_lines": TAIL_LINES,
            "previous": restarted,
        }
        call = ToolCall(server=SERVER, tool="get_pod_logs", arguments=arguments)
        found = await _ask(toolbox, call, f"log of {pod.meta.ref.name}")
        if isinstance(found, Gap):
            gaps[f"log of {pod.meta.ref.name}"] = found.reason
        else:
            logs.append(_fact(found, PodLogs))
    return logs, gaps


def _container(pod: Pod) -> str:
    """Return the container whose words matter most: one that is not ready, most restarted first."""
    ailing = sorted(pod.statuses, key=lambda status: (status.ready, -status.restarts, status.name))
    return ailing[0].name if ailing else ""


def _ailing(pods: Sequence[Pod]) -> list[Pod]:
    """Return pods whose containers ran and are not well, one of each owner."""
    found: dict[ObjectRef, Pod] = {}
    for pod in pods:
        started = any(status.state != "waiting" or status.restarts for status in pod.statuses)
        if not pod.ready and started and pod.phase != "Succeeded":
            owner = pod.meta.owners[0] if pod.meta.owners else pod.meta.ref
            found.setdefault(owner, pod)
    return list(found.values())


async def _ask(toolbox: McpToolbox, call: ToolCall, name: str) -> Evidence | Gap:
    result = await toolbox.read(call, deadline_s=DEADLINE_S)
    return answers.read(call, result, answers.Origin("kubernetes", EvidenceId(name)))


def _fact(found: Evidence, schema: type[FactT]) -> Seen[FactT]:
    fact = observations.read(found, schema)
    if fact is None:
        raise NothingToAskError(f"{found.call.tool} answered something else: {found.summary}")
    return Seen(found.id, found.observed_at, fact)
