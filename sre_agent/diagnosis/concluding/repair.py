"""Repairs that others began: an earlier revision brought back, pods restarted."""

from collections.abc import Sequence
from datetime import timedelta

from sre_agent.diagnosis import changes
from sre_agent.diagnosis.changes import Release
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import Onset, Situation
from sre_agent.diagnosis.metrics import pod_split
from sre_agent.domain.causes import Cause, Stance
from sre_agent.domain.faults import FaultClass

SETTLING = timedelta(minutes=2)
"""A release that replaced another needs this long before the signals can show it."""
LIKELY = 0.5
"""What is less likely than this to be the cause is hardly it."""
SURE = 0.9
"""What is at least as likely as this needs somebody, whatever else is being repaired."""


def is_repair(
    situation: Situation, found: Sequence[Release], release: Release, onset: Onset
) -> bool:
    """Return whether a release that brings an earlier revision back answers the trouble.

    It does when the trouble was there before it. Where that is too close to tell, a revision that
    ran before is trusted more than a new one that it replaces.

    Args:
        situation: what is known.
        found: all releases of the workload, newest first.
        release: the one in question.
        onset: when the workload's trouble began.
    """
    if not release.is_return:
        return False
    sides = pod_split.sides(situation, release)
    if sides is not None and sides.only_new_fails:
        return False
    if release.started_at > onset.at or pod_split.others_failed_before(situation, release):
        return True
    replaced = changes.previous(found, release)
    return (
        release.started_at >= onset.at - onset.lag
        and replaced is not None
        and not replaced.is_return
        and onset.at - replaced.started_at <= changes.LOOK_BACK
    )


def under_way(situation: Situation, cause: Cause) -> str | None:
    """Return that what a cause is about is being repaired, so that acting now would interfere.

    The repair of what is hardly the cause says nothing about this trouble. Neither does a release of
    what was scaled away: whichever revision it is, it has no pods.
    """
    if cause.confidence < LIKELY or _is_scaled_away(cause):
        return None
    onset = situation.onset(cause.object)
    found = changes.releases(situation.case, cause.object)
    current = next((item for item in found if item.is_current), None)
    if current is None or not _answers(situation, found, current, onset):
        return None
    age = situation.case.now - current.started_at
    if age > SETTLING and not current.is_rolling_out:
        return None
    what = "restarts the pods" if current.is_restart else "brings an earlier one back"
    return (
        f"a repair of {cause.object.name} is under way: revision {current.revision.number}, "
        f"which {what}, came into force {say(age)} ago"
    )


def behind_others(situation: Situation, causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes, the first one behind a sure other one when it is being repaired already.

    Only trouble that the state of pods shows takes its place: signals take a while to tell what was
    repaired from what is not.
    """
    if not causes or not under_way(situation, causes[0]):
        return tuple(causes)
    top = causes[0]
    other = next((item for item in causes if item.object != top.object and _stands(item)), None)
    if other is None or under_way(situation, other):
        return tuple(causes)
    return (other, *(item for item in causes if item is not other))


def _stands(cause: Cause) -> bool:
    return cause.confidence >= SURE and any(
        item.stance is Stance.FOR and item.rule.startswith("pods.") for item in cause.findings
    )


def _is_scaled_away(cause: Cause) -> bool:
    return cause.fault_class is FaultClass.NO_ENDPOINTS and cause.facts.get("current_replicas") == 0


def _answers(
    situation: Situation, found: Sequence[Release], current: Release, onset: Onset
) -> bool:
    if current.is_restart:
        return current.started_at > onset.at
    return is_repair(situation, found, current, onset)
