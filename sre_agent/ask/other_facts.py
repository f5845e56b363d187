"""What is said of objectives, rollouts, runbooks, past incidents and pieces of evidence."""

from collections.abc import Iterator
from datetime import datetime

from sre_agent.ask.citing import AskCitation, Fact, Source, event
from sre_agent.ask.incident_facts import OWNER, minute, second
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Resource, Revision, TemplateChange
from sre_agent.domain.observations.memory import PastIncident
from sre_agent.domain.observations.runbooks import RunbookHead, RunbookMatch
from sre_agent.domain.services import ServiceEntry
from sre_agent.domain.slo import Objective, Standing
from sre_agent.domain.timeline import Change
from sre_agent.llm import facts

SLO = "ask.slo"
ROLLOUT, RUNBOOKS, PAST = "kubernetes.rollout_history", "runbooks.matches", "memory.past_incidents"
CHANGE = "changes.near"
"""Kinds, as the allow-list of what models are told calls them."""

_CHANGES_TOLD = 4
_FACTS_TOLD = 40
_VALUE = 120


def budget(
    objective: Objective, standing: Standing | None, reason: str, at: datetime | None, cluster: str
) -> Fact:
    """Return how an objective stands."""
    lead = f"{objective.id} of {objective.namespace}/{objective.service} ({objective.says()})"
    if standing is None or standing.remaining is None:
        told = f"{lead}: nobody can tell how it stands: {reason or 'it was not looked at yet'}"
    else:
        state = standing.status().value.replace("_", " ")
        ends = standing.exhausted_in_s
        soon = f"; at the last hour's rate none is left in {ends / 3600:.1f} h" if ends else ""
        looked = f", looked at {minute(at)}" if at else ""
        told = (
            f"{lead}: {standing.remaining:.1%} of its error budget is left, {state}{soon}{looked}"
        )
    cite = AskCitation(source=Source.SLO, id=objective.id, cluster=cluster)
    return Fact(text=told, cites=(cite,), kind=SLO)


def rollout(item: Resource, cluster: str) -> Fact:
    """Return that a workload got a new revision, of one that has both number and time."""
    at = item.revision_created_at
    when = second(at) if at else "at an unknown time"
    told = f"{when}: {item.object} went to revision {item.revision}"
    images = ", ".join(one.image for one in item.containers)
    cite = _revision(item.object, item.revision or 0, cluster)
    return Fact(text=f"{told}{f' ({images})' if images else ''}", cites=(cite,), kind=ROLLOUT)


def revision(object_: ObjectRef, item: Revision, cluster: str) -> Fact:
    """Return a revision of a workload with what it changed."""
    changes = item.changes[:_CHANGES_TOLD]
    rest = len(item.changes) - len(changes)
    more = [f"{rest} more"] if rest > 0 else []
    text, elsewhere = (
        f"{second(item.created_at)}: {object_} got revision {item.number} "
        f"({'; '.join((*said, *more)) or ', '.join(item.images)})"
        for said in (map(_change, changes), map(_change_elsewhere, changes))
    )
    cites = (_revision(object_, item.number, cluster),)
    return Fact(text=text, cites=cites, kind=ROLLOUT, elsewhere=elsewhere)


def _change(item: TemplateChange) -> str:
    return f"{item.path}: {item.before} → {item.after}"


def _change_elsewhere(item: TemplateChange) -> str:
    """Return a change as a model outside the house is told of it: of a setting that it was changed."""
    return _change(item) if item.path.endswith(".image") else item.path


def _revision(object_: ObjectRef, number: int, cluster: str) -> AskCitation:
    return AskCitation(source=Source.ROLLOUT, id=f"{object_}@{number}", cluster=cluster)


def change(item: Change) -> Fact:
    """Return an entry of the timeline of changes."""
    places = (*item.services, item.repository, item.environment, item.cluster_id)
    where = ", ".join(part for part in places if part)
    by = f" by {facts.plain(item.actor, _VALUE)}" if item.actor else ""
    kind = item.kind.value.replace("_", " ")
    said = f"{kind}: {facts.plain(item.summary, _VALUE)}"
    ended = f", {item.state}" if item.state and not item.is_in_effect else ""
    text = (
        f"{second(item.at)}: {said}{f' ({facts.plain(where, _VALUE)})' if where else ''}{by}{ended}"
    )
    cite = AskCitation(source=Source.CHANGE, id=item.id, cluster=item.cluster_id)
    return Fact(text=text, cites=(cite,), kind=CHANGE)


def runbook(match: RunbookMatch, cluster: str) -> Fact:
    """Return a runbook that fits, and why."""
    if match.age_days is None:
        state = "never validated"
    else:
        state = f"validated {match.age_days} days ago" + (", stale" if match.is_stale else "")
    told = f"{match.title} ({match.id}): {match.why}; {state}"
    return Fact(text=told, cites=(cite_runbook(match, cluster),), kind=RUNBOOKS)


def owner(head: RunbookHead, service: str, cluster: str) -> Fact:
    """Return whom a runbook of a service names as its owner."""
    told = f"{head.owner} owns the runbook {head.title!r} of {service}"
    return Fact(text=told, cites=(cite_runbook(head, cluster),), kind=OWNER)


def owned(entry: ServiceEntry, file: str) -> Fact:
    """Return whom the operator's file calls owners of a service, and where."""
    places = (("namespace", entry.namespaces), ("cluster", entry.clusters))
    where = "".join(f" in {kind} {' or '.join(names)}" for kind, names in places if names)
    people = ", ".join(facts.plain(name, _VALUE) for name in entry.owners)
    verb = "owns" if len(entry.owners) == 1 else "own"
    cite = AskCitation(source=Source.SERVICE, id=entry.service)
    return Fact(text=f"{people} {verb} {entry.service}{where} ({file})", cites=(cite,), kind=OWNER)


def cite_runbook(head: RunbookHead, cluster: str) -> AskCitation:
    """Return the citation of a runbook."""
    return AskCitation(source=Source.RUNBOOK, id=head.id, cluster=cluster)


def past(item: PastIncident, seq: int) -> Fact:
    """Return a past incident with what it has in common; `seq` is the last entry of its log."""
    cause = (
        f"{item.cause.fault_class} of {item.cause.object}" if item.cause else "no cause was named"
    )
    repair = f", {item.repair}" if item.repair else ""
    why = f": {'; '.join(item.reasons)}" if item.reasons else ""
    told = (
        f"{item.incident_id} of {item.namespace}/{item.service}, {minute(item.ended_at)}, "
        f"{item.similarity:.0%} alike: {cause}{repair}, {item.outcome.replace('_', ' ')}{why}"
    )
    return Fact(text=told, cites=(event(item.incident_id, seq),), kind=PAST)


def evidence(item: Evidence, incident_id: str, seq: int) -> Fact:
    """Return what a piece of evidence says in one line."""
    cites = (event(incident_id, seq),)
    said = item.summary or "its facts are told when it is asked for by its id"
    return Fact(text=f"evidence {item.id} ({item.kind}): {said}", cites=cites, kind=item.kind)


def drilled(item: Evidence, incident_id: str, seq: int) -> Iterator[Fact]:
    """Yield the single facts of a piece of evidence."""
    cites = (event(incident_id, seq),)
    table = list(facts.table(item).items())
    for path, value in table[:_FACTS_TOLD]:
        said = facts.plain(facts.shown(value), _VALUE)
        yield Fact(text=f"{item.id}: {path} = {said}", cites=cites, kind=item.kind)
    if len(table) > _FACTS_TOLD:
        rest = f"{item.id}: {len(table) - _FACTS_TOLD} more facts are left out here"
        yield Fact(text=rest, cites=cites, kind=item.kind)
