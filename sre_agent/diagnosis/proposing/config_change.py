"""Settings as suspects: a ConfigMap or Secret written near the onset, where what suffers reads it.

One that was merely near is shown too, as ruled out, with the reason.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.changes import LOOK_BACK, written
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident import symptom
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.changes import ObjectChange
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

MAX_RULED_OUT = 3
"""So many that were merely near are told, the newest first."""


def propose(situation: Situation, view: View) -> Iterator[Hypothesis]:
    """Suspect each setting that changed before the trouble of a workload that reads it."""
    since = situation.case.now - 2 * LOOK_BACK
    changes = [item for item in written.recent(view, since) if item.ref.kind in written.SETTINGS]
    suffering = _suffering(situation, view)
    ruled_out = []
    for change in changes:
        blamed = [ref for ref in suffering if not _alibi(situation, view, change, ref)]
        yield from (_blame(situation, change, ref) for ref in blamed)
        if not blamed and suffering:
            ruled_out.append(change)
    for change in ruled_out[::-1][:MAX_RULED_OUT]:
        yield _rule_out(situation, view, change, suffering)


def _suffering(situation: Situation, view: View) -> list[ObjectRef]:
    """Return the workloads that are alerted about, fail, or have pods that are not ready."""
    failing = {ref for ref, health in situation.health.items() if health.is_unhealthy}
    unready = {
        ref
        for ref, pods in view.pods_of.items()
        if any(not pod.ready and pod.phase != "Succeeded" for pod in pods)
    }
    found = {*situation.anchors, *failing, *unready} & view.workloads.keys()
    return sorted(found, key=str)


def _alibi(situation: Situation, view: View, change: ObjectChange, ref: ObjectRef) -> str | None:
    """Return why a change cannot be why a workload suffers, or None where it can be."""
    how, onset = written.reading(view, ref, change.ref), situation.onset(ref)
    if how is None:
        return f"{ref.name} does not read it"
    when = written.at(change)
    if when > onset.at + onset.tolerance:
        return f"the trouble of {ref.name} is older by {say(when - onset.at)}"
    if onset.at - when > LOOK_BACK:
        return f"{ref.name} served with it for {say(onset.at - when)}"
    if not how.is_live and not written.has_started_since(view, ref, when):
        return f"{ref.name} reads it only at its start, and no pod of it was started since"
    return None


def _blame(situation: Situation, change: ObjectChange, ref: ObjectRef) -> Hypothesis:
    suspect = Suspect(FaultClass.BAD_CONFIG_CHANGE, ref)
    onset, when = situation.onset(ref), written.at(change)
    gap = max(onset.at - when, timedelta(0))
    text = f"{written.told(change)} {say(gap)} before the trouble began, and {ref.name} reads it"
    finding = suspect.speaks_for("change.setting_before_onset", _weight(gap), text, [change.source])
    return Hypothesis(
        fault_class=FaultClass.BAD_CONFIG_CHANGE,
        object=ref,
        statement=text,
        findings=(finding,),
        facts={
            "onset_at": onset.at.isoformat(),
            "changed_at": when.isoformat(),
            "detail": str(change.ref),
            "symptom": symptom.of(situation, ref),
        },
    )


def _rule_out(
    situation: Situation, view: View, change: ObjectChange, suffering: Sequence[ObjectRef]
) -> Hypothesis:
    readers = [ref for ref in suffering if written.reading(view, ref, change.ref)]
    why = [_alibi(situation, view, change, ref) for ref in readers]
    reason = "; ".join(filter(None, why)) or "nothing that suffers reads it"
    text = f"ruled out: {written.told(change)} {_when(situation, written.at(change))}, but {reason}"
    finding = Suspect(FaultClass.BAD_CONFIG_CHANGE, change.ref).speaks_against(
        "change.setting_out_of_reach", weights.SETTING_OUT_OF_REACH, text, [change.source]
    )
    return Hypothesis(FaultClass.BAD_CONFIG_CHANGE, change.ref, text, (finding,))


def _when(situation: Situation, when: datetime) -> str:
    return f"{say(situation.case.now - when)} ago"


def _weight(gap: timedelta) -> float:
    return next(
        (weight for limit, weight in weights.SETTING_GAPS if gap <= limit),
        weights.SETTING_GAPS[-1][1],
    )
