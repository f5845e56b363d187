"""All evidence of one incident, sorted by what it speaks of; of two looks the newer counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from sre_agent.diagnosis.incident import controllers
from sre_agent.diagnosis.incident.names import Names, match_services
from sre_agent.diagnosis.logs import joining
from sre_agent.domain import observations
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Observation
from sre_agent.domain.objects import CONTROLLERS, ObjectRef
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.observations.github import (
    Blame,
    CodeOwners,
    CommitDetail,
    CommitList,
    DeploymentList,
    FileText,
    PullRequestDetail,
    PullRequestList,
)
from sre_agent.domain.observations.kubernetes import (
    EventList,
    KubeEvent,
    NodeList,
    ObjectList,
    PodLogs,
    Resource,
    ResourceList,
    RolloutHistory,
    Workload,
)
from sre_agent.domain.observations.logs import ErrorPatterns
from sre_agent.domain.observations.memory import AlertPatterns, PastIncidents
from sre_agent.domain.observations.metrics import AlertList, GoldenSignals, ResourceUse, SeriesList
from sre_agent.domain.observations.services import ServiceEntries
from sre_agent.domain.observations.traces import TraceSample
from sre_agent.domain.tools import ToolCall

FactT_co = TypeVar("FactT_co", covariant=True)
ObservationT = TypeVar("ObservationT", bound=Observation)


@dataclass(frozen=True)
class Seen(Generic[FactT_co]):
    """A fact, the evidence it stands in, when it was observed, and whether all of it was told."""

    id: EvidenceId
    at: datetime
    fact: FactT_co
    is_whole: bool = True


@dataclass(frozen=True)
class Repositories:
    """What was seen of the repositories that the incident's programs are built from."""

    lists: tuple[Seen[CommitList], ...] = ()
    commits: tuple[Seen[CommitDetail], ...] = ()
    pull_requests: tuple[Seen[PullRequestList], ...] = ()
    pull_request_details: tuple[Seen[PullRequestDetail], ...] = ()
    deployments: tuple[Seen[DeploymentList], ...] = ()
    owners: tuple[Seen[CodeOwners], ...] = ()
    blames: tuple[Seen[Blame], ...] = ()
    files: tuple[Seen[FileText], ...] = ()


@dataclass(frozen=True)
class Case:
    """What is known, by object. Metrics and logs are filed under the workload they come from.

    `controllers` are the rows of all that keeps pods running. `objects` and `uses` are by
    namespace; `targets` tell what Prometheus could scrape; `taught` is what memory learned of the
    alerts, `changes` what the timeline tells, `repositories` what was seen of the code itself,
    `declared` what the operator's file says of services.
    """

    incident: Incident
    now: datetime
    names: Names
    controllers: Mapping[ObjectRef, Seen[Resource]]
    services: Mapping[ObjectRef, Seen[Resource]]
    workloads: Mapping[ObjectRef, Seen[Workload]]
    histories: Mapping[ObjectRef, Seen[RolloutHistory]]
    signals: Mapping[ObjectRef, Seen[GoldenSignals]]
    patterns: Mapping[ObjectRef, Seen[ErrorPatterns]]
    pod_logs: tuple[Seen[PodLogs], ...]
    traces: tuple[Seen[TraceSample], ...]
    events: tuple[Seen[KubeEvent], ...]
    events_of: Mapping[ObjectRef, tuple[Seen[KubeEvent], ...]]
    nodes: Seen[NodeList] | None
    objects: Mapping[str, Seen[ObjectList]]
    uses: Mapping[str, Seen[ResourceUse]]
    alerts: Seen[AlertList] | None
    targets: tuple[Seen[SeriesList], ...]
    precedents: tuple[Seen[PastIncidents], ...]
    taught: Seen[AlertPatterns] | None
    ids: frozenset[EvidenceId]
    looked_since: datetime
    changes: tuple[Seen[NearChanges], ...] = ()
    repositories: Repositories = Repositories()
    declared: Seen[ServiceEntries] | None = None


def build(evidence: Sequence[Evidence], incident: Incident, now: datetime) -> Case:
    """Return the case; the order in which the evidence is given makes no difference."""
    ordered = sorted(evidence, key=lambda item: (item.observed_at, item.id))
    objects = {seen.fact.namespace: seen for seen in _all(ordered, ObjectList)}
    rows = _rows(objects.values(), _all(ordered, ResourceList))
    workloads = {seen.fact.object: seen for seen in _all(ordered, Workload)}
    makers = {ref: row for ref, row in rows.items() if ref.kind in CONTROLLERS}
    services = {ref: row for ref, row in rows.items() if ref.kind == "Service"}
    names = _names(makers, services, workloads, _all(ordered, GoldenSignals), incident)
    nodes, alerts = _all(ordered, NodeList), _all(ordered, AlertList)
    taught, declared = _all(ordered, AlertPatterns), _all(ordered, ServiceEntries)
    events = _events(_all(ordered, EventList), tuple(workloads.values()))
    return Case(
        incident=incident,
        now=now,
        names=names,
        controllers=makers,
        services=services,
        workloads=workloads,
        histories={seen.fact.object: seen for seen in _all(ordered, RolloutHistory)},
        signals=_by_workload(names, _all(ordered, GoldenSignals)),
        patterns={
            ref: replace(seen, fact=_mined(seen.fact))
            for ref, seen in _by_workload(names, _all(ordered, ErrorPatterns)).items()
        },
        pod_logs=_all(ordered, PodLogs),
        traces=_all(ordered, TraceSample),
        events=events,
        events_of=_by_object(events),
        nodes=nodes[-1] if nodes else None,
        objects=objects,
        uses={seen.fact.namespace: seen for seen in _all(ordered, ResourceUse)},
        alerts=alerts[-1] if alerts else None,
        targets=tuple(seen for seen in _all(ordered, SeriesList) if _is_of_targets(seen.fact)),
        precedents=_all(ordered, PastIncidents),
        taught=taught[-1] if taught else None,
        ids=frozenset(item.id for item in ordered),
        looked_since=min((item.observed_at for item in ordered), default=now),
        changes=_all(ordered, NearChanges),
        repositories=Repositories(
            lists=_all(ordered, CommitList),
            commits=_all(ordered, CommitDetail),
            pull_requests=_all(ordered, PullRequestList),
            pull_request_details=_all(ordered, PullRequestDetail),
            deployments=_all(ordered, DeploymentList),
            owners=_all(ordered, CodeOwners),
            blames=_all(ordered, Blame),
            files=_all(ordered, FileText),
        ),
        declared=declared[-1] if declared else None,
    )


def _all(
    evidence: Iterable[Evidence], schema: type[ObservationT]
) -> tuple[Seen[ObservationT], ...]:
    found = ((item, observations.read(item, schema)) for item in evidence)
    return tuple(
        Seen(
            item.id, item.observed_at, fact, is_whole=not (item.left_out or _is_narrowed(item.call))
        )
        for item, fact in found
        if fact
    )


def _is_narrowed(call: ToolCall) -> bool:
    """Return whether commits of one folder, of some time or of another branch alone were asked for."""
    narrowed = (call.arguments.get(name) for name in ("path", "until", "ref"))
    return call.tool == "list_commits" and any(narrowed)


def _is_of_targets(series: SeriesList) -> bool:
    """Return whether series say which targets can be scraped."""
    return series.query.startswith("up{")


def _rows(
    objects: Iterable[Seen[ObjectList]], lists: Iterable[Seen[ResourceList]]
) -> dict[ObjectRef, Seen[Resource]]:
    found = {
        row.object: Seen(seen.id, seen.at, row)
        for seen in objects
        for row in controllers.rows(seen.id, seen.fact)
    }
    return found | {
        row.object: Seen(seen.id, seen.at, row) for seen in lists for row in seen.fact.items
    }


def _names(
    makers: Mapping[ObjectRef, Seen[Resource]],
    services: Mapping[ObjectRef, Seen[Resource]],
    workloads: Mapping[ObjectRef, Seen[Workload]],
    signals: Iterable[Seen[GoldenSignals]],
    incident: Incident,
) -> Names:
    """Return the names; with no word from the cluster at all, every metric's service is one."""
    known = {*makers, *workloads}
    if not known:
        called = {(seen.fact.namespace, seen.fact.service) for seen in signals}
        called.add((incident.namespace, incident.service))
        return Names(frozenset(ObjectRef.deployment(*names) for names in called if names[1]))
    behind = match_services(
        [(ref, row.fact.selector) for ref, row in services.items()],
        [(ref, {**row.fact.labels, **row.fact.selector}) for ref, row in makers.items()],
    )
    pods = {}
    for ref, workload in sorted(workloads.items(), key=lambda item: str(item[0])):
        for service in workload.fact.services:
            behind.setdefault((ref.namespace, service.name), ref)
        pods.update({(ref.namespace, pod.name): ref for pod in workload.fact.pods})
    return Names(frozenset(known), behind, pods)


SubjectT = TypeVar("SubjectT", GoldenSignals, ErrorPatterns)


def _by_workload(names: Names, seen: Iterable[Seen[SubjectT]]) -> dict[ObjectRef, Seen[SubjectT]]:
    found: dict[ObjectRef, Seen[SubjectT]] = {}
    for item in seen:
        workload = names.resolve(item.fact.namespace, item.fact.service)
        if workload:
            found[workload] = item
    return found


def _mined(found: ErrorPatterns) -> ErrorPatterns:
    return found.model_copy(update={"patterns": joining.joined(found.patterns)})


def _events(
    lists: Iterable[Seen[EventList]], workloads: Iterable[Seen[Workload]]
) -> tuple[Seen[KubeEvent], ...]:
    """Return every event once: the newest telling of those that differ in count alone."""
    found: dict[tuple[str, str, str], Seen[KubeEvent]] = {}
    tellings = [(seen.id, seen.at, seen.fact.events) for seen in lists]
    tellings += [(seen.id, seen.at, seen.fact.events) for seen in workloads]
    for id_, at, events in sorted(tellings, key=lambda telling: (telling[1], telling[0])):
        for event in events:
            found[str(event.object), event.reason, event.message] = Seen(id_, at, event)
    return tuple(found[key] for key in sorted(found))


def _by_object(
    events: Iterable[Seen[KubeEvent]],
) -> dict[ObjectRef, tuple[Seen[KubeEvent], ...]]:
    found: dict[ObjectRef, list[Seen[KubeEvent]]] = {}
    for seen in events:
        found.setdefault(seen.fact.object, []).append(seen)
    return {ref: tuple(each) for ref, each in found.items()}
