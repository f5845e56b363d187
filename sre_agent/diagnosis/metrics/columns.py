"""The golden signals of several services as one table, each signal under what it measures."""

from collections.abc import Iterable, Iterator

from sre_agent.diagnosis.metrics.kinds import Kind
from sre_agent.domain.observations.metrics import GoldenSignals, Signal, SignalGroup
from sre_agent.domain.observations.samples import Samples
from sre_agent.domain.telemetry import MetricTable


def table(seen: Iterable[tuple[str, GoldenSignals]]) -> MetricTable:
    """Return the signals of services as a whole.

    Args:
        seen: a name of each service, and its signals. They were asked for one after the other, so that
            their clocks differ by a little; samples are moved to the nearest whole step.
    """
    columns: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for name, signals in seen:
        for kind, signal in _of(signals.total):
            samples = Samples.of(signal.points)
            columns[name, kind.value] = [
                (_moved(at.timestamp(), signals.step_s), value)
                for at, value in zip(samples.times, samples.values, strict=True)
            ]
    return MetricTable.from_samples(columns)


def _of(group: SignalGroup) -> Iterator[tuple[Kind, Signal]]:
    yield Kind.TRAFFIC, group.traffic
    yield Kind.ERRORS, group.errors
    if group.latency_p99:
        yield Kind.LATENCY, group.latency_p99


def _moved(at_s: float, step_s: float) -> float:
    return round(at_s / step_s) * step_s if step_s > 0.0 else at_s
