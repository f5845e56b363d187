"""Culprit or victim: whether a failing callee explains the trouble of a suspected caller."""

from collections.abc import Iterator, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident import topology
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs import novelty
from sre_agent.diagnosis.metrics import pod_split
from sre_agent.diagnosis.metrics.changepoint import Shift, current
from sre_agent.diagnosis.metrics.health import Health
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import CONTROLLERS, ObjectRef
from sre_agent.domain.observations.metrics import SignalGroup

EXCUSABLE = frozenset({FaultClass.BAD_RELEASE, FaultClass.CRASH_LOOP, FaultClass.NO_ENDPOINTS})
"""Faults that a failing callee can feign; a pod out of memory is ill by itself, and pods that were
scaled away are gone whatever the callee does."""
LEAST_SHARE = 0.3
"""Failed calls to a callee must make up this share of a caller's errors to explain them, and the
time they take longer this share of the time its answers take longer."""


def weigh(
    situation: Situation, hypothesis: Hypothesis, hypotheses: Sequence[Hypothesis]
) -> Iterator[Finding]:
    """Speak against a caller whose trouble is explained by a callee that fails."""
    is_excusable = hypothesis.fault_class in EXCUSABLE and not _was_scaled_away(hypothesis)
    if not is_excusable or _is_pinned(situation, hypothesis):
        return
    suspect = Suspect(hypothesis.fault_class, hypothesis.object)
    for callee in situation.graph.callees(hypothesis.object):
        ids = _failure(situation, hypothesis.object, callee)
        if ids:
            weight = _weight(situation, callee, hypotheses)
            yield suspect.speaks_against(
                "victim.callee_fails",
                weight,
                f"{callee.name}, which {hypothesis.object.name} calls, fails as well",
                ids,
            )
            return


def failing_callees(situation: Situation, caller: ObjectRef) -> tuple[ObjectRef, ...]:
    """Return the callees whose failure could explain a caller's trouble."""
    callees = situation.graph.callees(caller)
    return tuple(callee for callee in callees if _failure(situation, caller, callee))


def _was_scaled_away(hypothesis: Hypothesis) -> bool:
    return "current_replicas" in hypothesis.facts


def _is_pinned(situation: Situation, hypothesis: Hypothesis) -> bool:
    """Return whether only the pods of the new revision fail: old pods call the same callees."""
    sides = pod_split.compare(situation, hypothesis)
    return sides is not None and sides.only_new_fails


def _failure(situation: Situation, caller: ObjectRef, callee: ObjectRef) -> tuple[EvidenceId, ...]:
    """Return the evidence that calls to a callee fail because of the callee, or nothing."""
    client, server = situation.calls.get((caller, callee)), situation.health.get(callee)
    if client is not None and not _explains(situation, client, caller, callee):
        return ()
    if server is not None and (server.is_normal or not _is_earlier(situation, server, caller)):
        return ()
    if client is None and server is not None and _is_too_fast(situation, server, caller):
        return ()
    case = situation.case
    seen: list[EvidenceId] = []
    if client is not None:
        seen.append(case.signals[caller].id)
    if server is not None and server.is_unhealthy:
        seen.append(case.signals[callee].id)
    if callee in novelty.callees_blamed(case, caller, novelty.new_patterns(case, caller)):
        seen.append(case.patterns[caller].id)
    return tuple(seen)


def _is_earlier(situation: Situation, server: Health, caller: ObjectRef) -> bool:
    """Return whether a callee's trouble did not begin after its caller's."""
    onset = situation.onset(caller)
    return server.onset_at is None or server.onset_at <= onset.at + 2 * onset.tolerance


def _explains(situation: Situation, client: Health, caller: ObjectRef, callee: ObjectRef) -> bool:
    """Return whether the calls got worse, and enough of them to explain the caller's own trouble."""
    if client.latency and _slows(client.latency, situation.health.get(caller)):
        return True
    if not client.is_unhealthy:
        return not client.is_measured
    signals = situation.case.signals[caller].fact
    calls = sum(
        _failed_rps(group)
        for group in signals.dependencies
        if topology.peer(situation.case, caller, group.labels) == callee
    )
    return 0 < calls >= LEAST_SHARE * _failed_rps(signals.total)


def _slows(calls: Shift, caller: Health | None) -> bool:
    """Return whether calls that take longer explain a caller: its errors, or about its delay."""
    own = caller.latency if caller else None
    if own is None or (caller and caller.errors):
        return True
    return calls.level - calls.baseline >= LEAST_SHARE * (own.level - own.baseline)


def _is_too_fast(situation: Situation, server: Health, caller: ObjectRef) -> bool:
    """Return whether a callee is slow only, and not by enough to slow its caller down so much."""
    if server.latency is None or server.errors or server.high_since:
        return False
    return not _slows(server.latency, situation.health.get(caller))


def _failed_rps(group: SignalGroup) -> float:
    return (current(group.traffic.points) or 0.0) * (current(group.errors.points) or 0.0)


def _weight(situation: Situation, callee: ObjectRef, hypotheses: Sequence[Hypothesis]) -> float:
    """Return how well the callee's failure excuses: best when it has a cause of its own."""
    reachable = {
        item.object
        for item in hypotheses
        if item.is_supported and situation.graph.path(callee, item.object)
    }
    if reachable:
        return weights.VICTIM_OF_FAILING_CALLEE
    if callee not in situation.case.workloads and callee.kind in CONTROLLERS:
        return weights.VICTIM_OF_UNEXAMINED_CALLEE
    return weights.VICTIM_OF_UNEXPLAINED_CALLEE
