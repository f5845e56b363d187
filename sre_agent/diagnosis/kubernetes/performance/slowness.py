"""Who is slow by itself, and who only waits for somebody slow.

A service whose callees are as usual owes its delay to itself. One whose callee became slow too may
only pass that on, so what the callee gained is taken off; the same intuition as in the ranking of
suspects over call graphs (Liu et al., "MicroHECL", ICSE-SEIP 2021).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sre_agent.diagnosis.metrics.kinds import Kind, kind_of
from sre_agent.diagnosis.metrics.shifts import Shift, Shifts

SLOWER = 1.5
"""So many times as slow as before is slow."""
LEAST_S = 0.005
"""What requests must wait longer for anybody to notice, in seconds."""
_FULLY_EXPLAINED = 0.3
"""A callee that gained this share of a caller's delay explains it: it may be called repeatedly."""

Calls = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Slow:
    """A slow entity: seconds gained over all its latency metrics, and the share that is its own."""

    entity: str
    worst: Shift
    metric: str
    gained_s: float
    own_share: float

    @property
    def own_s(self) -> float:
        """Return the seconds gained that no callee explains."""
        return self.gained_s * self.own_share


def latencies(measured: Mapping[str, Shift]) -> dict[str, Shift]:
    """Return an entity's latency metrics."""
    return {name: item for name, item in measured.items() if kind_of(name) is Kind.LATENCY}


def slow(found: Shifts, calls: Calls) -> tuple[Slow, ...]:
    """Return who is slow, by what they owe themselves, most first."""
    waits = {entity: latencies(measured) for entity, measured in sorted(found.items())}
    slowed = [
        _slow(entity, own, [waits[name] for name in sorted(calls.get(entity, ())) if name in waits])
        for entity, own in waits.items()
        if any(_is_slow(item) for item in own.values())
    ]
    return tuple(sorted(slowed, key=lambda item: (-item.own_s, item.entity)))


def _is_slow(item: Shift) -> bool:
    return item.excess >= LEAST_S and item.now >= SLOWER * item.before


def _slow(entity: str, own: Mapping[str, Shift], callees: Collection[Mapping[str, Shift]]) -> Slow:
    gained = sum(item.excess for item in own.values())
    explained = sum(
        max((callee[name].excess for callee in callees if name in callee), default=0.0)
        for name in own
    )
    metric, worst = max(own.items(), key=lambda item: (item[1].excess, item[0]))
    share = 1.0 - min(1.0, explained / gained / _FULLY_EXPLAINED)
    return Slow(entity, worst, metric, gained, share)
