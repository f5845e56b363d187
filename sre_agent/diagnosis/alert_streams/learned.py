"""What labelled past failures of a system teach of the next one.

Two learners whose mistakes differ are averaged in log-probability. Boosted trees read numbers that
know no name: what is general, and which signals the culprit shows beside the others. A linear
softmax reads beside them which alerts came together with whom as the culprit, by name: what is
peculiar to this system. Both are fitted in well under a minute from some hundred failures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sre_agent.diagnosis.alert_streams import boosting, features
from sre_agent.diagnosis.alert_streams import signals as shown
from sre_agent.diagnosis.alert_streams.boosting import Ranker
from sre_agent.diagnosis.alert_streams.features import FEATURES
from sre_agent.diagnosis.alert_streams.linear import Linear, Pattern
from sre_agent.diagnosis.alert_streams.signals import Signal
from sre_agent.diagnosis.alert_streams.stream import PastFailure, Stream
from sre_agent.domain.telemetry import AlertKind, Floats

FEWEST_FAILURES = 20
"""Fewer labelled failures teach less than what is known beforehand."""
ENSEMBLE = 3
SUMMED = tuple(FEATURES.index(f"count {kind}") for kind in features.KINDS)
LEAST = 1e-4


@dataclass(frozen=True)
class Model:
    """What was learned; `signals` are the alerts it reads, in the order of its columns."""

    signals: tuple[Signal, ...]
    trees: tuple[Ranker, ...]
    linear: Linear

    def probabilities(self, stream: Stream) -> Floats:
        """Return the probability of each entity of a stream, shape (entities,)."""
        rows = _rows(stream, self.signals)
        case = np.zeros(len(rows), dtype=np.int64)
        logs = [np.log(boosting.softmax(each.score(rows), case) + LEAST) for each in self.trees]
        by_trees = np.mean(logs, axis=0)
        by_name = np.log(self.linear.probabilities(stream.entities, rows, tokens(stream)) + LEAST)
        return boosting.softmax((by_trees + by_name) / 2, case)


def fit(past: Sequence[PastFailure]) -> Model | None:
    """Return what past failures teach, or None where they are too few.

    Those whose culprit is not among the entities of its stream teach nothing.
    """
    known = [failure for failure in past if failure.culprit in failure.stream.entities]
    if len(known) < FEWEST_FAILURES:
        return None
    signals = shown.common([failure.stream for failure in known])
    tables = [_rows(failure.stream, signals) for failure in known]
    case = np.repeat(np.arange(len(known)), [len(table) for table in tables])
    rows = np.concatenate(tables)
    is_culprit = np.concatenate(
        [
            np.array([name == failure.culprit for name in failure.stream.entities], dtype=float)
            for failure in known
        ]
    )
    patterns = [
        Pattern(failure.stream.entities, table, tokens(failure.stream), failure.culprit)
        for failure, table in zip(known, tables, strict=True)
    ]
    return Model(
        signals=signals,
        trees=tuple(boosting.fit(rows, case, is_culprit, seed) for seed in range(ENSEMBLE)),
        linear=Linear.fit(patterns),
    )


def tokens(stream: Stream) -> frozenset[str]:
    """Return what came together in a failure, named: each alert, coarsely and finely."""
    found = set[str]()
    for signal in stream.signals:
        at, way = signal.entity, signal.direction
        if signal.kind is AlertKind.METRIC:
            family = features.family(signal.name)
            found |= {
                f"m {at}",
                f"m {at} {family}",
                f"m {at} {signal.name} {way}",
                f"m {family} {way}",
            }
        elif signal.kind is AlertKind.TRACE:
            caller = signal.caller
            found |= {f"t >{at}", f"t >{at} {way}", f"t {caller}> {way}", f"t {caller}>{at} {way}"}
            found.add(f"t {way}")
        else:
            found |= {f"l {at}", f"l {at} {signal.name}"}
    return frozenset(found)


def _rows(stream: Stream, signals: Sequence[Signal]) -> Floats:
    """Return what both learners read of each entity: general, peculiar, and the case as a whole."""
    general = features.table(stream)
    has = shown.table(stream, signals)
    alone = has / np.maximum(has.sum(axis=0), 1)
    summed = np.tile(general[:, SUMMED].sum(axis=0), (len(general), 1))
    highest = np.tile(general[:, SUMMED].max(axis=0), (len(general), 1))
    return np.hstack([general, has, alone, summed, highest])
