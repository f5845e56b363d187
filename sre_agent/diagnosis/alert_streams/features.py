"""What of a stream tells the instance that failed from those that suffer: numbers without names.

Every feature of an instance is relative to the others of the same failure: how much of the trouble
is its own, whether its replicas share it, whether those who call it complain and it does not. No
feature knows a name, so that what one system teaches holds for another.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from sre_agent.diagnosis.alert_streams.stream import Stream
from sre_agent.domain.telemetry import AlertKind, AlertSignal, Floats
from sre_agent.domain.telemetry.alerts import SLOW

KINDS = (
    "metric",
    "log",
    "callee slow",
    "callee failed",
    "caller slow",
    "caller failed",
    "self slow",
)
RESOURCES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("memory", re.compile(r"mem|rss|heap|swap")),
    ("cpu", re.compile(r"cpu|load|throttl")),
    ("disk", re.compile(r"disk|fs_|inode|iops")),
    ("network", re.compile(r"net|byte|packet|tcp")),
    ("latency", re.compile(r"p\d\d\b|lat|dur|response_time")),
    ("errors", re.compile(r"succ|err|fail|avail")),
    ("traffic", re.compile(r"qps|rps|ops|req|throughput|traffic")),
)
"""What a metric measures, by its name in any exporter's spelling; the first that fits counts."""
OTHER = "other"
DIRECTIONS = ("up", "down")
_REPLICA = re.compile(r"[-_]\d+$")

_GROUPS = tuple(
    (name, direction)
    for name in (*(name for name, _ in RESOURCES), OTHER)
    for direction in DIRECTIONS
)
FEATURES: tuple[str, ...] = (
    *(f"{what} {kind}" for kind in KINDS for what in ("count", "share", "most", "beyond replicas")),
    *(f"{what} {name} {way}" for name, way in _GROUPS for what in ("share", "beyond others")),
    "silent",
    "silent beside loud replicas",
    "has replicas",
    "neighbours",
    "calls in trouble",
    "called by troubled",
    "end of the complaint",
    "complains only",
    "beyond neighbours",
    "kinds of metric",
    "share of rises",
    "host rises",
    "host falls",
)
"""The names of the columns, in order."""


def resource(metric: str) -> str:
    """Return what a metric measures."""
    lowered = metric.lower()
    return next((name for name, pattern in RESOURCES if pattern.search(lowered)), OTHER)


def family(metric: str) -> str:
    """Return a metric's name without the numbers of cores and devices."""
    return re.sub(r"\d+", "#", metric)


def table(stream: Stream) -> Floats:
    """Return one row per entity, shape (entities, features)."""
    counted = _Counted.of(stream)
    rows = [_row(stream, counted, position) for position in range(len(stream.entities))]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


@dataclass(frozen=True)
class _Sum:
    """How many alerts of one sort there are, and how many the two have that have most."""

    total: int
    most: int
    second: int

    @classmethod
    def of(cls, counts: Sequence[int]) -> "_Sum":
        """Sum the counts of all entities, those that are zero may be missing."""
        second, most = sorted((0, 0, *counts))[-2:]
        return cls(sum(counts), most, second)

    def most_but(self, own: int) -> int:
        """Return the most that anyone else has."""
        return self.second if own == self.most else self.most


_NONE = _Sum(0, 0, 0)


@dataclass(frozen=True)
class _Counted:
    """A stream's alerts, counted per entity, and over all of them."""

    kinds: tuple[Counter[str], ...]
    kind_sums: Mapping[str, _Sum]
    group_sums: Mapping[tuple[str, str], _Sum]
    groups: tuple[Counter[tuple[str, str]], ...]
    families: tuple[frozenset[str], ...]
    calls: dict[int, set[int]]
    called: dict[int, set[int]]
    replicas: dict[int, tuple[int, ...]]
    neighbours: dict[int, set[int]]
    on_host: dict[str, Counter[str]]

    @classmethod
    def of(cls, stream: Stream) -> "_Counted":
        """Count a stream's alerts."""
        place = {name: position for position, name in enumerate(stream.entities)}
        kinds = tuple(Counter[str]() for _ in stream.entities)
        groups = tuple(Counter[tuple[str, str]]() for _ in stream.entities)
        families = [set[str]() for _ in stream.entities]
        calls, called = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
        on_host = defaultdict[str, Counter[str]](Counter)
        for signal in stream.signals:
            at, caller = place.get(signal.entity), place.get(signal.caller)
            _count(signal, at, caller, kinds)
            if signal.kind is AlertKind.METRIC and at is not None:
                groups[at][resource(signal.name), _way(signal)] += 1
                families[at].add(family(signal.name))
                on_host[stream.hosts.get(signal.entity, "")][_way(signal)] += 1
            if at is not None and caller is not None and at != caller:
                calls[caller].add(at)
                called[at].add(caller)
        return cls(
            kinds=kinds,
            kind_sums=_sums(kinds),
            groups=groups,
            group_sums=_sums(groups),
            families=tuple(frozenset(item) for item in families),
            calls=calls,
            called=called,
            replicas=_replicas(stream.entities),
            neighbours=_neighbours(stream),
            on_host=on_host,
        )


def _count(
    signal: AlertSignal, at: int | None, caller: int | None, kinds: Sequence[Counter[str]]
) -> None:
    if signal.kind is not AlertKind.TRACE:
        if at is not None:
            kinds[at][signal.kind.value] += 1
        return
    how = "slow" if signal.direction == SLOW else "failed"
    if at is not None:
        own = at == caller
        kinds[at][f"self {how}" if own and how == "slow" else f"callee {how}"] += 1
    if caller is not None and caller != at:
        kinds[caller][f"caller {how}"] += 1


SortT = TypeVar("SortT", bound=Hashable)


def _sums(counters: Sequence[Counter[SortT]]) -> dict[SortT, _Sum]:
    counts = defaultdict[SortT, list[int]](list)
    for each in counters:
        for sort, count in each.items():
            counts[sort].append(count)
    return {sort: _Sum.of(found) for sort, found in counts.items()}


def _way(signal: AlertSignal) -> str:
    return "down" if signal.direction == "down" else "up"


def _replicas(entities: Sequence[str]) -> dict[int, tuple[int, ...]]:
    """Return the other instances of the same service: names that differ in their last number."""
    by_stem = defaultdict[str, list[int]](list)
    for position, name in enumerate(entities):
        by_stem[_REPLICA.sub("", name)].append(position)
    return {
        position: tuple(other for other in group if other != position)
        for group in by_stem.values()
        for position in group
    }


def _neighbours(stream: Stream) -> dict[int, set[int]]:
    found = defaultdict[int, set[int]](set)
    for one, other in stream.edges:
        if one != other:
            found[one].add(other)
    return found


def _row(stream: Stream, counted: _Counted, at: int) -> list[float]:
    return [
        *(value for kind in KINDS for value in _of_kind(counted, at, kind)),
        *(value for group in _GROUPS for value in _of_group(counted, at, group)),
        *_of_place(stream, counted, at),
    ]


def _of_kind(counted: _Counted, at: int, kind: str) -> tuple[float, ...]:
    own = counted.kinds[at][kind]
    every = counted.kind_sums.get(kind, _NONE)
    beside = [counted.kinds[other][kind] for other in counted.replicas[at]]
    return (
        float(np.log1p(own)),
        own / max(every.total, 1),
        float(own > 0 and own == every.most),
        float(np.log1p(own) - np.log1p(max(beside))) if beside else 0.0,
    )


def _of_group(counted: _Counted, at: int, group: tuple[str, str]) -> tuple[float, ...]:
    own = counted.groups[at][group]
    every = counted.group_sums.get(group, _NONE)
    if not every.total:
        return 0.0, 0.0
    name, way = group
    # What rises by one metric and falls by another has changed, but leans to neither.
    opposite = counted.groups[at][name, "down" if way == "up" else "up"]
    return max(own - opposite, 0) / every.total, float(
        np.log1p(own) - np.log1p(every.most_but(own))
    )


def _of_place(stream: Stream, counted: _Counted, at: int) -> tuple[float, ...]:
    kinds, groups = counted.kinds[at], counted.groups[at]
    beside = counted.replicas[at]
    metrics = sum(groups.values())
    around = [sum(counted.groups[other].values()) for other in counted.neighbours.get(at, ())]
    mean_around = float(np.mean(around)) if around else 0.0
    rises = sum(count for (_, way), count in groups.items() if way == "up")
    host = counted.on_host.get(stream.hosts.get(stream.entities[at], "?"), Counter())
    return (
        float(not kinds),
        float(not kinds and any(counted.kinds[other] for other in beside)),
        float(bool(beside)),
        float(np.log1p(len(counted.neighbours.get(at, ())))),
        float(len(counted.calls.get(at, ()))),
        float(len(counted.called.get(at, ()))),
        float(at in counted.called and at not in counted.calls),
        float(at in counted.calls and at not in counted.called),
        float(np.log1p(metrics) - np.log1p(mean_around)),
        float(np.log1p(len(counted.families[at]))),
        (rises + 0.5) / (metrics + 1),
        float(np.log1p(max(host["up"] - rises, 0))),
        float(np.log1p(max(host["down"] - (metrics - rises), 0))),
    )
