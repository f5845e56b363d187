"""What was changed near the onset: the releases of a workload, with the moment each began."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sre_agent.diagnosis.incident.case import Case
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Pod, Revision

LOOK_BACK = timedelta(hours=2)
"""A release older than this is not a change near the onset."""
BURST = timedelta(minutes=5)
"""The scaling steps of one rollout follow each other within this."""
AT_ONCE = timedelta(seconds=2)
"""Steps of one scaling are written down within this; those of a rollout before it are older."""
_SCALED = re.compile(
    r"Scaled (?P<way>up|down) replica set (?P<name>\S+)"
    r"(?: from (?P<old>\d+))? to (?P<new>\d+)(?: from (?P<older>\d+))?"
)


FOR_PEOPLE = ("labels[", "annotations[")
"""How the paths begin of what a template says to people and controllers, and not to its programs."""

SHOWN = 3
"""So many differences of a revision are told in a sentence."""


@dataclass(frozen=True)
class Scaling:
    """One step of a ReplicaSet; `old` is None where the event does not say it."""

    replicaset: str
    old: int | None
    new: int
    is_rise: bool


def scaling(message: str) -> Scaling | None:
    """Return the scaling step that a deployment's event tells of, or None."""
    found = _SCALED.search(message)
    if not found:
        return None
    old = found["old"] or found["older"]
    return Scaling(
        found["name"], int(old) if old else None, int(found["new"]), found["way"] == "up"
    )


@dataclass(frozen=True)
class Release:
    """A revision as it came into force.

    `started_at` is when its pods began to replace the others, which for a revision that returns
    (an undo, a second try) is later than the birth of its ReplicaSet; `is_return` says that it ran
    before, so that it restores an earlier template.
    """

    object: ObjectRef
    revision: Revision
    started_at: datetime
    is_rolling_out: bool
    is_current: bool
    is_return: bool
    evidence_ids: tuple[EvidenceId, ...]

    @property
    def is_restart(self) -> bool:
        """Return whether it only restarted the pods: the template says so and nothing else."""
        changes = self.revision.changes
        return bool(changes) and all("restartedAt" in change.path for change in changes)

    @property
    def what_changed(self) -> str:
        """Return the differences to the revision before, as part of a sentence.

        Labels and annotations, which no program of the workload sees, only where there is nothing else.
        """
        changes = self.revision.changes
        seen = [item for item in changes if not item.path.startswith(FOR_PEOPLE)]
        shown = [
            f"{change.path}: {change.before or 'none'} → {change.after or 'none'}"
            for change in (seen or changes)[:SHOWN]
        ]
        return "; ".join(shown)


def revisions(case: Case, ref: ObjectRef) -> tuple[tuple[Revision, ...], tuple[EvidenceId, ...]]:
    """Return the revisions of a workload, newest first, and the evidence they stand in."""
    workload, history = case.workloads.get(ref), case.histories.get(ref)
    told = [(seen.at, seen.id, seen.fact.revisions) for seen in (workload, history) if seen]
    told = [item for item in told if item[2]]
    if not told:
        return (), ()
    newest = max(told, key=lambda item: (item[0], item[1]))
    ordered = sorted(newest[2], key=lambda revision: revision.number, reverse=True)
    return tuple(ordered), tuple(sorted(id_ for _, id_, _ in told))


def releases(case: Case, ref: ObjectRef) -> tuple[Release, ...]:
    """Return the releases of a workload, newest first."""
    ordered, ids = revisions(case, ref)
    return tuple(_release(case, ref, revision, ordered, ids) for revision in ordered)


def onset_release(
    found: Sequence[Release], onset: datetime, *, besides: Sequence[Release] = ()
) -> Release | None:
    """Return the newest real release that began before the onset and was not the first of all.

    Of one whose predecessor was brought back since, the predecessor bears a newer number.
    Those `besides` which another is looked for are passed over.
    """
    before = [
        item
        for item in found
        if item.started_at <= onset and not item.is_restart and item not in besides
    ]
    if not before:
        return None
    number = before[0].revision.number
    is_undone = any(item.is_return for item in found if item.revision.number > number)
    return before[0] if is_undone or previous(found, before[0]) else None


def previous(found: Sequence[Release], release: Release) -> Release | None:
    """Return the newest release before this one that differs in more than a restart."""
    older = [item for item in found if item.revision.number < release.revision.number]
    older.sort(key=lambda item: item.revision.number, reverse=True)
    return older[0] if older else None


def _release(
    case: Case,
    ref: ObjectRef,
    revision: Revision,
    ordered: Sequence[Revision],
    ids: tuple[EvidenceId, ...],
) -> Release:
    started_at = _started_at(case, ref, revision, ordered)
    return Release(
        object=ref,
        revision=revision,
        started_at=started_at,
        is_rolling_out=revision.is_current and _has_strangers(case, ref, revision),
        is_current=revision.is_current,
        # Kubernetes gives a template that comes back its old ReplicaSet and a new number. What was
        # born between the two may bear a newer number yet, when it came back itself.
        is_return=started_at - revision.created_at > BURST
        or any(
            other.created_at > revision.created_at
            and (other.number < revision.number or other.created_at < started_at)
            for other in ordered
        ),
        evidence_ids=ids,
    )


def _started_at(
    case: Case, ref: ObjectRef, revision: Revision, ordered: Sequence[Revision]
) -> datetime:
    """Return when a revision came into force.

    A revision that returns keeps its ReplicaSet, whose birth then says nothing. The scaling events
    do: the latest rise from nothing. Without events, a ReplicaSet born before an earlier revision's
    tells by its oldest pod, and where there is none yet, it has only begun.
    """
    scaled = _scaled_up_at(case, ref, revision.replicaset)
    if scaled and scaled > revision.created_at:
        return scaled
    earlier = [other.created_at for other in ordered if other.number < revision.number]
    if earlier and max(earlier) > revision.created_at:
        born = [
            pod.created_at for pod in _pods(case, ref, revision) if pod.created_at >= max(earlier)
        ]
        return min(born, default=max([*earlier, *_seen_without_pods(case, ref, revision)]))
    return revision.created_at


def _seen_without_pods(case: Case, ref: ObjectRef, revision: Revision) -> list[datetime]:
    """Return when a workload was seen that had no pod yet of the revision now in force."""
    workload = case.workloads.get(ref)
    is_awaited = workload is not None and workload.fact.replicas.desired > 0
    return [workload.at] if workload and is_awaited and revision.is_current else []


def _scaled_up_at(case: Case, ref: ObjectRef, replicaset: str) -> datetime | None:
    """Return the start of the last rollout to a ReplicaSet: it began to rise while others shrank.

    It rises from nothing, or from what an unfinished rollout to another had left of it.
    """
    own, falls = [], []
    for seen in case.events_of.get(ref, ()):
        event = seen.fact
        step = scaling(event.message)
        if step is None or event.last_at is None:
            continue
        if step.replicaset == replicaset:
            own.append((event.last_at, step.is_rise, not step.old))
        elif not step.is_rise:
            falls.append(event.last_at)
    own.sort()
    was_falling = [False, *(not is_rise for _, is_rise, _ in own)]
    rises = [
        at
        for (at, is_rise, is_from_none), falling in zip(own, was_falling, strict=False)
        if is_rise and (is_from_none or falling)
    ]
    rollouts = [rise for rise in rises if any(rise <= fall <= rise + BURST for fall in falls)]
    return max(rollouts, default=None)


def _pods(case: Case, ref: ObjectRef, revision: Revision) -> tuple[Pod, ...]:
    workload = case.workloads.get(ref)
    pods = workload.fact.pods if workload else ()
    return tuple(pod for pod in pods if pod.template_hash == revision.template_hash)


def _has_strangers(case: Case, ref: ObjectRef, revision: Revision) -> bool:
    """Return whether pods of other revisions still run beside those of this one."""
    workload = case.workloads.get(ref)
    pods = workload.fact.pods if workload else ()
    return any(pod.template_hash != revision.template_hash for pod in pods)
