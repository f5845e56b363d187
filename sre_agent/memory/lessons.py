"""What verified past incidents teach of alerts: kept as streams, learned from, and applied.

A stream is kept without its evidence, which is gone by then, and its log lines without secrets and
numbers; the stream of an open incident is read the same way, so that both compare.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from sre_agent.diagnosis import alert_streams
from sre_agent.diagnosis.alert_streams import Model, PastFailure, Stream
from sre_agent.domain.ids import NO_EVIDENCE
from sre_agent.domain.observations.memory import AlertPattern, AlertPatterns
from sre_agent.domain.telemetry import AlertKind, AlertSignal
from sre_agent.safety import redaction

KIND = "memory.alert_patterns"
NAMED_INCIDENTS = 3
"""Of one workload: so many are named, the others counted."""
_NUMBER = re.compile(r"\d+")
_STREAM = TypeAdapter(Stream)


@dataclass(frozen=True)
class Lessons:
    """A learned model, and the verified past incidents it was learned from, the newest first."""

    model: Model
    past: tuple[PastFailure, ...]

    def apply(self, stream: Stream) -> AlertPatterns | None:
        """Return how well the alerts of an open incident fit past ones; None without any alert."""
        if not stream.signals or len(stream.entities) <= 1:
            return None
        ranked = alert_streams.rank(kept(stream), self.model)
        return AlertPatterns(
            patterns=tuple(self._pattern(item.entity, item.probability) for item in ranked),
            learned_from=len(self.past),
        )

    def _pattern(self, entity: str, probability: float) -> AlertPattern:
        own = [item.incident_id for item in self.past if item.culprit == entity]
        return AlertPattern(
            object=entity,
            probability=round(probability, 4),
            times=len(own),
            incidents=tuple(own[:NAMED_INCIDENTS]),
        )


def learn(past: Sequence[PastFailure]) -> Lessons | None:
    """Return what past failures teach, given the newest first; None where they are too few."""
    useful = tuple(item for item in past if item.culprit in item.stream.entities)
    model = alert_streams.fit(useful)
    return Lessons(model, useful) if model else None


def kept(stream: Stream) -> Stream:
    """Return a stream as it is remembered."""
    return replace(stream, signals=tuple(_kept(signal) for signal in stream.signals))


def _kept(signal: AlertSignal) -> AlertSignal:
    if signal.kind is not AlertKind.LOG:
        return replace(signal, source=NO_EVIDENCE)
    name = _NUMBER.sub("#", redaction.redact(signal.name).lower())
    return replace(signal, source=NO_EVIDENCE, name=name)


def dump(stream: Stream) -> dict[str, Any]:
    """Return a stream as JSON."""
    found: dict[str, Any] = _STREAM.dump_python(kept(stream), mode="json", exclude_defaults=True)
    return found


def parse(data: Mapping[str, Any]) -> Stream:
    """Return the stream that `dump` wrote.

    Raises:
        pydantic.ValidationError: The data is of another form.
    """
    return _STREAM.validate_python(dict(data))
