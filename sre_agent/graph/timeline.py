"""What was changed near the onset, brought as evidence; and what a run saw change, told to the timeline."""

from collections.abc import Sequence
from datetime import timedelta

from sre_agent.diagnosis.changes import of_cluster, taking
from sre_agent.diagnosis.incident import case, situation
from sre_agent.domain import observations
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.runs import of_run
from sre_agent.domain.timeline import ChangeWindow
from sre_agent.graph import filing
from sre_agent.graph.context import RunContext
from sre_agent.graph.filing import Find

SPECIALIST = "timeline"
KIND, TOOL = "changes.near", "changes_near"
LOOK_BACK = timedelta(hours=24)
"""What took effect longer before the incident has been lived with."""
LOOK_AHEAD = timedelta(minutes=10)
"""Clocks differ, and whoever deploys may tell of it only when it is done. What came later explains nothing."""
DIFF_CHARS = 120_000
"""All diffs together; of older changes only the files are told."""


async def bring(
    context: RunContext, incident: Incident, evidence: Sequence[Evidence], round_: int
) -> list[Evidence]:
    """Return what was changed near the onset as evidence already in the log; nothing if all is known."""
    if context.changes is None:
        return []
    seen = situation.assess(case.build(evidence, incident, context.clock.now()))
    window = ChangeWindow(
        since=incident.started_at - LOOK_BACK,
        until=min(context.clock.now(), seen.began.at + LOOK_AHEAD),
        kinds=tuple(sorted(taking.JUDGED)),
    )
    near = await context.changes.near(incident, window)
    minted = _minted(await context.incidents.events(incident.id))
    is_told = any(item.kind == KIND for item in evidence) or not minted
    if is_told and {change.id for change in near.changes} <= _known(evidence):
        return []
    if not near.environment:
        place = context.policy.environment(incident.cluster_id, incident.namespace)
        near = near.model_copy(update={"environment": place or ""})
    near = near.model_copy(update={"grants": minted})
    number = 1 + sum(item.kind == KIND for item in evidence)
    id_ = EvidenceId(of_run(incident.run, f"{SPECIALIST}-{round_}.{number}"))
    find = Find(id_, KIND, SPECIALIST, TOOL, _bounded(near))
    return [await filing.file(context, incident, find)]


async def tell(context: RunContext, incident: Incident, evidence: Sequence[Evidence]) -> None:
    """Tell the timeline what the cluster showed that it changed."""
    if context.changes is None:
        return
    now = context.clock.now()
    found = of_cluster.changes(case.build(evidence, incident, now))
    if found:
        await context.changes.keep(incident, found)


def _minted(log: Sequence[Event]) -> tuple[str, ...]:
    """Return the grants of all runs of an incident, as the log has them."""
    minted = (event for event in log if event.kind is EventKind.GRANT_MINTED)
    return tuple(str(event.payload["grant_id"]) for event in minted)


def _known(evidence: Sequence[Evidence]) -> set[str]:
    read = (observations.read(item, NearChanges) for item in evidence)
    return {change.id for seen in read if seen for change in seen.changes}


def _bounded(near: NearChanges) -> NearChanges:
    left = DIFF_CHARS
    kept = []
    for change in near.changes:
        left -= len(change.diff)
        kept.append(change if left >= 0 else change.model_copy(update={"diff": ""}))
    return near.model_copy(update={"changes": tuple(kept)})
