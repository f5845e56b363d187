"""Answers of Prometheus, sorted into groups of signals."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_servers.prometheus.answers import Point, Signal, SignalGroup
from mcp_servers.prometheus.samples import Row
from mcp_servers.prometheus.signals import Ask

NOTHING_ASKED = {"traffic": "requests_per_second", "errors": "ratio"}
"""Signals that a group has even when there was no metric to ask for them, and their units."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A signal that was asked for, and what came."""

    ask: Ask
    rows: tuple[Row, ...]

    def total(self) -> Signal:
        """Return the signal over everything."""
        return self._signal(self.ask.of_all(), "")

    def part(self, value: str) -> Signal:
        """Return the signal of one group."""
        return self._signal(self.ask.of_one(value), value)

    @property
    def values(self) -> set[str]:
        """Return the names of the groups that came."""
        label = self.ask.group_label
        return {each.labels[label] for each in self.rows if each.labels.get(label)}

    def _signal(self, query: str, value: str) -> Signal:
        samples = next((row.samples for row in self.rows if self._value(row) == value), ())
        points = tuple(Point(at=at, value=short(number)) for at, number in samples)
        return Signal(name=self.ask.name, unit=self.ask.unit, query=query, points=points)

    def _value(self, row: Row) -> str:
        return row.labels.get(self.ask.group_label, "")


def total(asked: Sequence[Asked]) -> SignalGroup:
    """Return the signals of the whole service."""
    return _group({}, {each.ask.name: each.total() for each in asked})


def groups(asked: Sequence[Asked], label: str, limit: int) -> tuple[list[SignalGroup], int]:
    """Return the groups by name, and how many there were; the worst are kept when there are many.

    Args:
        asked: what was asked for.
        label: what the label is called in the answer, whatever it is called in Prometheus.
        limit: how many groups are kept.
    """
    names = sorted(set().union(*(each.values for each in asked)))
    found = [
        _group(
            {label: name}, {each.ask.name: each.part(name) for each in asked if name in each.values}
        )
        for name in names
    ]
    kept = sorted(found, key=_badness, reverse=True)[:limit]
    return sorted(kept, key=lambda group: group.labels[label]), len(found)


def _group(labels: dict[str, str], signals: dict[str, Signal]) -> SignalGroup:
    empty = {
        name: Signal(name=name, unit=unit, query="", points=())
        for name, unit in NOTHING_ASKED.items()
    }
    return SignalGroup(
        labels=labels,
        traffic=signals.get("traffic", empty["traffic"]),
        errors=signals.get("errors", empty["errors"]),
        latency_p50=signals.get("latency_p50"),
        latency_p99=signals.get("latency_p99"),
        saturation=signals.get("saturation"),
        cpu=signals.get("cpu"),
        throttling=signals.get("throttling"),
    )


def _badness(group: SignalGroup) -> tuple[float, float, float]:
    saturation = _last(group.saturation.points) if group.saturation else 0.0
    return _last(group.errors.points), saturation, _last(group.traffic.points)


def _last(points: Sequence[Point]) -> float:
    return points[-1].value if points else 0.0


def short(number: float) -> float:
    """Return six significant digits: more are noise that costs room."""
    return float(f"{number:.6g}")
