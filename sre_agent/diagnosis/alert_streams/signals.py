"""Which alerts each instance of a failure shows, spelled so that they compare across instances.

An instance shows a metric by its family, a pattern of its log, and an operation that is slow or
fails, whether it is called or calls. Hosts are left out: what a system's past teaches of one
instance then holds for its replicas.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from sre_agent.diagnosis.alert_streams import features
from sre_agent.diagnosis.alert_streams.stream import Stream
from sre_agent.domain.telemetry import AlertKind, AlertSignal, Floats

Signal = tuple[str, str, str]
"""The role in which an instance shows it, what it is, and how it changed."""
RARE = 5
"""A signal that fewer candidates ever showed is left out."""
_ADDRESS = re.compile(r"^\w+://[^/]*")


def operation(name: str) -> str:
    """Return a call's operation without the address at which it was called, and without numbers."""
    return features.family(_ADDRESS.sub("", name))


def of_entities(stream: Stream) -> Mapping[str, frozenset[Signal]]:
    """Return the signals that each entity of a stream shows."""
    found: dict[str, set[Signal]] = {name: set() for name in stream.entities}
    for alert in stream.signals:
        for entity, signal in _told(alert):
            if entity in found:
                found[entity].add(signal)
    return {name: frozenset(signals) for name, signals in found.items()}


def common(streams: Sequence[Stream]) -> tuple[Signal, ...]:
    """Return the signals that enough entities of the streams show, in a fixed order.

    Of signals that always came together the first stands for all: the others teach nothing more.
    """
    shown_by: dict[Signal, list[tuple[int, str]]] = defaultdict(list)
    for number, stream in enumerate(streams):
        for name, signals in sorted(of_entities(stream).items()):
            for signal in signals:
                shown_by[signal].append((number, name))
    first: dict[tuple[tuple[int, str], ...], Signal] = {}
    for signal in sorted(shown_by):
        if len(shown_by[signal]) >= RARE:
            first.setdefault(tuple(shown_by[signal]), signal)
    return tuple(first.values())


def table(stream: Stream, signals: Sequence[Signal]) -> Floats:
    """Return which entity shows which signal, as 0 or 1, shape (entities, signals)."""
    shown = of_entities(stream)
    rows = [[signal in shown[name] for signal in signals] for name in stream.entities]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(signals))


def _told(alert: AlertSignal) -> tuple[tuple[str, Signal], ...]:
    """Return who shows an alert, and as what."""
    if alert.kind is AlertKind.METRIC:
        return ((alert.entity, ("metric", features.family(alert.name), alert.direction)),)
    if alert.kind is AlertKind.LOG:
        return ((alert.entity, ("log", alert.name, alert.direction)),)
    called = operation(alert.name)
    return (
        (alert.entity, ("called", called, alert.direction)),
        (alert.caller, ("calls", called, alert.direction)),
    )
