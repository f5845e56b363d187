"""The instances of a stream in order of suspicion, each with what speaks for it."""

from dataclasses import dataclass

from sre_agent.diagnosis.alert_streams import features, general
from sre_agent.diagnosis.alert_streams.learned import Model
from sre_agent.diagnosis.alert_streams.stream import Stream
from sre_agent.domain.ids import EvidenceId

REASONS = 3
"""Features that are named for an instance: the strongest few carry most of its score."""


@dataclass(frozen=True)
class Suspected:
    """An instance that may have failed: how probably, why, and the evidence that speaks of it."""

    entity: str
    probability: float
    reasons: tuple[str, ...]
    evidence_ids: tuple[EvidenceId, ...]


def rank(stream: Stream, model: Model | None = None) -> tuple[Suspected, ...]:
    """Return the instances, the likeliest first; of two alike the one that stands first.

    Args:
        stream: the alerts and the topology.
        model: what past failures of the same system taught; without it the general numbers decide.
    """
    if not stream.entities:
        return ()
    chances = model.probabilities(stream) if model else general.probabilities(stream)
    rows = features.table(stream)
    order = sorted(range(len(stream.entities)), key=lambda at: (-chances[at], at))
    return tuple(
        Suspected(
            entity=stream.entities[at],
            probability=float(chances[at]),
            reasons=tuple(name for name, _ in general.contributions(rows[at])[:REASONS]),
            evidence_ids=_evidence(stream, stream.entities[at]),
        )
        for at in order
    )


def _evidence(stream: Stream, entity: str) -> tuple[EvidenceId, ...]:
    told = {signal.source for signal in stream.signals if entity in {signal.entity, signal.caller}}
    return tuple(sorted(told))
