"""Calls that take longer than those who answer them need: the time is lost on the way between."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.metrics.changepoint import Shift
from sre_agent.diagnosis.proposing import saturation
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

LOST = 0.5
"""The share of what a caller waits longer that the callee does not need longer itself."""
LEAST_S = 0.05
"""Buckets of histograms and clocks differ by less."""
TOGETHER = 2
"""So many ways that end at one workload, and no other, tell which of their ends is slow."""


@dataclass(frozen=True)
class _Way:
    """What is lost between a caller and its callee, in seconds; nothing where it is as before."""

    caller: ObjectRef
    callee: ObjectRef
    lost_s: float
    waits: Shift | None


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect the network of the workload at which all slow ways end, and none that is as before.

    A single slow way has two ends; then its callee is worth a look, and no more.
    """
    ways = list(_ways(situation))
    slow = [way for way in ways if way.waits]
    if not slow:
        return
    ends = sorted({ref for way in slow for ref in (way.caller, way.callee)}, key=str)
    shared = [
        ref
        for ref in ends
        if len(_at(ref, slow)) >= TOGETHER and len(_at(ref, slow)) == len(_at(ref, ways))
    ]
    for ref in shared or [max(slow, key=lambda way: (way.lost_s, str(way.callee))).callee]:
        at = _at(ref, slow)
        if not any(_was_released(situation, way) for way in at):
            yield _cause(situation, ref, at, is_shared=bool(shared))


def _ways(situation: Situation) -> Iterator[_Way]:
    """Return all ways whose both ends are measured."""
    for (caller, callee), client in sorted(situation.calls.items(), key=str):
        server = situation.health.get(callee)
        if server is None or not (client.is_measured and server.is_measured):
            continue
        waits = client.latency if not (client.errors or client.high_since) else None
        more = waits.level - waits.baseline if waits else 0.0
        needs = server.latency.level - server.latency.baseline if server.latency else 0.0
        is_lost = more - needs >= max(LEAST_S, LOST * more)
        is_lost = is_lost and (needs < LEAST_S or _waits_for_others(situation, callee, needs))
        yield _Way(caller, callee, more - needs, waits if is_lost else None)


def _waits_for_others(situation: Situation, ref: ObjectRef, needs_s: float) -> bool:
    """Return whether what a callee needs longer is spent in calls of its own.

    Who is slow by itself has requests wait in front of its clock too, which is no network.
    """
    waits = (
        health.latency.level - health.latency.baseline
        for (caller, _), health in situation.calls.items()
        if caller == ref and health.latency
    )
    return max(waits, default=0.0) >= LOST * needs_s


def _at(ref: ObjectRef, ways: list[_Way]) -> list[_Way]:
    return [way for way in ways if ref in {way.caller, way.callee}]


def _was_released(situation: Situation, way: _Way) -> bool:
    """Return whether a release at either end may be what is slow about their calls."""
    return any(saturation.was_released(situation, ref) for ref in (way.caller, way.callee))


def _cause(
    situation: Situation, ref: ObjectRef, ways: list[_Way], *, is_shared: bool
) -> Hypothesis:
    told = "; ".join(_told(way.caller, way.callee, way.waits) for way in ways if way.waits)
    statement = f"{told}, more than those who are called need longer themselves"
    signals: Mapping[ObjectRef, object] = situation.case.signals
    ids = {
        situation.case.signals[end].id
        for way in ways
        for end in (way.caller, way.callee)
        if end in signals
    }
    suspect = Suspect(FaultClass.POD_NETWORK_DELAY, ref)
    weight = weights.LIKELY if is_shared else weights.ONE_SLOW_WAY
    finding = suspect.speaks_for("ways.time_is_lost", weight, statement, ids)
    facts = {
        "onset_at": situation.onset(ref).at.isoformat(),
        "symptom": "latency",
        "detail": statement,
    }
    return Hypothesis(suspect.fault_class, ref, statement, (finding,), facts=dict(facts))


def _told(caller: ObjectRef, callee: ObjectRef, waits: Shift) -> str:
    return (
        f"calls of {caller.name} to {callee.name} take {waits.level:.3g} s, before "
        f"{waits.baseline:.3g} s"
    )
