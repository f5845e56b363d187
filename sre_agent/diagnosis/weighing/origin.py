"""Where trouble begins by the requests alone: it speaks for causes there, and is told without any."""

from collections.abc import Sequence
from dataclasses import dataclass

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.metrics import columns, suspects
from sre_agent.diagnosis.metrics.kinds import Kind
from sre_agent.diagnosis.metrics.suspects import Complaint, Culprit
from sre_agent.diagnosis.weighing import standing_out
from sre_agent.diagnosis.weighing.standing_out import Weigher
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

CLEAR = 0.6
"""The share of the trouble that has to be one service's own for it to be named."""
COMPARED = 2
"""Of one service alone it is no news that its trouble is its own."""
LEAST_CALM_ROWS = 8
"""Samples before the onset that say what is usual."""


@dataclass(frozen=True)
class Origin:
    """The service whose own requests cost most of what an alerting one suffers."""

    object: ObjectRef
    culprit: Culprit
    ids: tuple[EvidenceId, ...]

    @property
    def statement(self) -> str:
        """Return where the trouble begins, as part of a sentence."""
        item = self.culprit
        errors = item.kind is Kind.ERRORS
        what = "errors" if errors else "p99 latency"
        before, now = (
            (f"{item.level:.1%}", f"{item.peak:.1%}")
            if errors
            else (f"{item.level:.3g} s", f"{item.peak:.3g} s")
        )
        share = item.own_cost / item.cost if item.cost > 0.0 else 0.0
        return (
            f"measured by requests, it begins at {self.object.name}: {what} from {before} to "
            f"{now}, {share:.0%} of it not explained by anything that {self.object.name} calls"
        )


def weigher(situation: Situation) -> Weigher:
    """Return what speaks for whose own requests cost most of what the alerting service suffers."""
    return standing_out.weigher("signals.begins_here", weights.BEGINS_HERE, find(situation))


def find(situation: Situation) -> Origin | None:
    """Return where an alerting service's trouble begins, or None where the signals do not say."""
    for anchor in situation.anchors:
        kind = _complaint(situation, anchor)
        if kind:
            return _find(situation, anchor, kind)
    return None


def _complaint(situation: Situation, anchor: ObjectRef) -> Kind | None:
    """Return what an alerting service suffers from, by its own signals."""
    health = situation.health.get(anchor)
    if health is None or health.onset_at is None:
        return None
    return Kind.ERRORS if health.errors or health.high_since else Kind.LATENCY


def _find(situation: Situation, anchor: ObjectRef, kind: Kind) -> Origin | None:
    signals = situation.case.signals
    names = {str(ref): ref for ref in sorted(signals, key=str)}
    whole = columns.table((name, signals[ref].fact) for name, ref in names.items())
    onset = situation.onset(anchor)
    begun_s = (onset.at - onset.tolerance).timestamp() - whole.step_s
    usual = whole.between(float("-inf"), begun_s)
    if len(usual.times) < LEAST_CALM_ROWS:
        return None
    lately = whole.between(begun_s, float("inf"))
    calls = {name: _callees(situation, ref, names) for name, ref in names.items()}
    found = suspects.rank(usual, lately, calls, Complaint(str(anchor), kind))
    if len(found) < COMPARED or found[0].score < CLEAR:
        return None
    ref = names[found[0].entity]
    return Origin(ref, found[0], tuple({signals[each].id: None for each in (anchor, ref)}))


def _callees(situation: Situation, ref: ObjectRef, names: dict[str, ObjectRef]) -> Sequence[str]:
    return [str(callee) for callee in situation.graph.callees(ref) if str(callee) in names]
