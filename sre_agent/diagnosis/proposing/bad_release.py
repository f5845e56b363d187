"""Releases as suspects: each workload that was released near the onset of its trouble."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sre_agent.diagnosis import changes, weights
from sre_agent.diagnosis.changes import Release
from sre_agent.diagnosis.concluding import repair
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.incident import symptom
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import ONSET_TOLERANCE_S, Onset, Situation
from sre_agent.diagnosis.metrics import pod_split
from sre_agent.diagnosis.weighing import relapse
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

NEAR = timedelta(minutes=30)
"""Trouble of pods that starts within this after their release came with it."""
CLOSE = timedelta(minutes=5)
"""A release this long before the onset is suspected before one that is too close to it to tell."""


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect the release of each workload that has one near the onset, before or after."""
    case = situation.case
    for ref in sorted({*case.workloads, *case.histories}, key=str):
        found = changes.releases(case, ref)
        onset = _onset(situation, ref, found)
        blamed = _suspected(situation, found, onset)
        if blamed and onset.at - blamed.started_at <= changes.LOOK_BACK:
            yield _blame(situation, found, blamed, onset)
        elif found and _is_after(found[0], onset) and changes.previous(found, found[0]):
            yield _excuse(situation, found[0], onset)


def _onset(situation: Situation, ref: ObjectRef, found: Sequence[Release]) -> Onset:
    """Return the onset of the trouble that a release would explain.

    Where errors first rise after the release, and in its pods alone, what was wrong before them
    is another trouble, and no alibi.
    """
    first, health = situation.onset(ref), situation.health.get(ref)
    errors = health.errors if health else None
    newest = next((item for item in found if not item.is_restart), None)
    if newest is None or not _is_after(newest, first):
        return first
    if relapse.is_relapse(situation, found, newest):
        return replace(first, at=newest.started_at + first.tolerance)
    if errors is None:
        return first
    is_new = newest.started_at <= errors.onset_at <= newest.started_at + CLOSE
    if not is_new or not pod_split.fails_alone(situation, newest, errors.onset_at):
        return first
    tolerance = timedelta(seconds=max(ONSET_TOLERANCE_S, 2 * errors.step_s))
    return Onset(errors.onset_at, tolerance, is_measured=True, lag=tolerance)


def _suspected(situation: Situation, found: Sequence[Release], onset: Onset) -> Release | None:
    """Return the release that may have brought the trouble; one that answers it did not."""
    repairs = [item for item in found if repair.is_repair(situation, found, item, onset)]
    before = changes.onset_release(found, onset.at, besides=repairs)
    if before and onset.at - before.started_at <= CLOSE:
        return before
    return changes.onset_release(found, onset.at + onset.tolerance, besides=repairs)


def release_at(situation: Situation, ref: ObjectRef, since: datetime) -> Release | None:
    """Return the release that trouble of a workload's pods since a moment came with, if any."""
    found = changes.releases(situation.case, ref)
    blamed = changes.onset_release(found, since + timedelta(seconds=1))
    is_near = blamed and since - blamed.started_at <= NEAR
    return blamed if blamed and is_near and blamed.is_current else None


def facts(
    situation: Situation, release: Release, onset_at: datetime, first: Onset | None = None
) -> dict[str, Fact]:
    """Return what a planner needs to undo a release.

    Args:
        situation: what is known.
        release: the one to undo.
        onset_at: when the trouble began that the release brought.
        first: when there first was trouble, where that may be older than the release.
    """
    found = changes.releases(situation.case, release.object)
    before = _worked_before(found, release, first)
    current = next((item for item in found if item.is_current), release)
    return {
        "revision": release.revision.number,
        "previous_revision": before.revision.number if before else None,
        "current_revision": current.revision.number,
        "released_at": release.started_at.isoformat(),
        "onset_at": onset_at.isoformat(),
        "image_before": ", ".join(before.revision.images) if before else None,
        "image_after": ", ".join(release.revision.images),
        "image_changed": before is not None and before.revision.images != release.revision.images,
        "change_cause": release.revision.change_cause or None,
        "symptom": symptom.of(situation, release.object),
    }


def _worked_before(
    found: Sequence[Release], release: Release, first: Onset | None
) -> Release | None:
    """Return the newest release before one of which no trouble is known, or None.

    Where the trouble is older than the release, what came with the trouble or in the midst of it did
    not work either: people try one hasty release after the other. What brought an earlier template
    back is none of these.
    """
    before = changes.previous(found, release)
    if before and _was_given_up(before, release):
        return None
    if first is None or not _is_after(release, first):
        return before
    while before and before.started_at >= first.at - CLOSE and not before.is_return:
        before = changes.previous(found, before)
    return before


def _was_given_up(release: Release, successor: Release) -> bool:
    """Return whether a new release was soon replaced by what ran before it: nobody wants it back."""
    is_undone = successor.is_return and not release.is_return
    return is_undone and successor.started_at - release.started_at < NEAR


def _is_after(release: Release, onset: Onset) -> bool:
    return release.started_at > onset.at + onset.tolerance


def _blame(
    situation: Situation, found: Sequence[Release], blamed: Release, onset: Onset
) -> Hypothesis:
    suspect = Suspect(FaultClass.BAD_RELEASE, blamed.object)
    gap = max(onset.at - blamed.started_at, timedelta(0))
    number = blamed.revision.number
    when = f"came into force {say(gap)} before the trouble began"
    if blamed.is_rolling_out:
        when += " and is still rolling out"
    findings = [
        suspect.speaks_for(
            "change.release_before_onset",
            _weight(timedelta(0) if blamed.is_rolling_out else gap),
            f"revision {number} {when} ({blamed.what_changed or 'template changed'})",
            blamed.evidence_ids,
        ),
        *_restoring(blamed, suspect),
        *_replaced(situation, found, blamed, suspect),
    ]
    return Hypothesis(
        fault_class=FaultClass.BAD_RELEASE,
        object=blamed.object,
        statement=f"{blamed.object.name} was released: revision {number} {when}",
        findings=tuple(findings),
        release=blamed,
        facts=facts(situation, blamed, onset.at),
    )


def _restoring(blamed: Release, suspect: Suspect) -> Iterator[Finding]:
    """Speak against a release of what ran before."""
    if blamed.is_return:
        yield suspect.speaks_against(
            "change.release_restores_earlier",
            weights.RELEASE_RESTORES,
            f"revision {blamed.revision.number} brings a template back that ran before",
            blamed.evidence_ids,
        )


def _replaced(
    situation: Situation, found: Sequence[Release], blamed: Release, suspect: Suspect
) -> Iterator[Finding]:
    """Speak against a release that is no longer in force while the trouble goes on.

    It weighs most that the revision before it came back since and was in force for a while.
    """
    later = [item for item in found if item.revision.number > blamed.revision.number]
    ends = [situation.case.now, *(item.started_at for item in later)]
    tried = [
        item
        for item, end in zip(later, ends, strict=False)
        if not item.is_restart and end - item.started_at > repair.SETTLING
    ]
    told = next((item for item in tried if item.is_return), tried[0] if tried else None)
    if told is not None:
        yield suspect.speaks_against(
            "change.release_replaced",
            weights.RELEASE_UNDONE if told.is_return else weights.RELEASE_REPLACED,
            f"revision {blamed.revision.number} was replaced by {told.revision.number} "
            f"{say(situation.case.now - told.started_at)} ago and the trouble went on",
            told.evidence_ids,
        )


def _excuse(situation: Situation, release: Release, onset: Onset) -> Hypothesis:
    suspect = Suspect(FaultClass.BAD_RELEASE, release.object)
    statement = (
        f"revision {release.revision.number} came into force "
        f"{say(release.started_at - onset.at)} after the trouble began"
    )
    finding = suspect.speaks_against(
        "change.release_after_onset",
        weights.RELEASE_AFTER_ONSET,
        statement,
        release.evidence_ids,
    )
    return Hypothesis(
        fault_class=FaultClass.BAD_RELEASE,
        object=release.object,
        statement=f"{release.object.name} was released, but {statement}",
        findings=(finding,),
        release=release,
        facts=facts(situation, release, onset.at),
    )


def _weight(gap: timedelta) -> float:
    return next(
        (weight for limit, weight in weights.RELEASE_GAPS if gap <= limit),
        weights.RELEASE_GAPS[-1][1],
    )
