"""What an analyzer over a snapshot is."""

from collections.abc import Callable, Iterable

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics.measured import Measured

SnapshotAnalyzer = Callable[[View], Iterable[Hypothesis]]
"""Proposes what its kind of trouble shows in a snapshot, or nothing."""

MeasuringAnalyzer = Callable[[View, Measured], Iterable[Hypothesis]]
"""Proposes what a snapshot and the metrics beside it show together."""
