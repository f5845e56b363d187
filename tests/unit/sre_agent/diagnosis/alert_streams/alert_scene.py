"""Small failures of a made-up system: a front calls a cart and a stock, each with two instances."""

import random

from sre_agent.diagnosis.alert_streams import PastFailure, Stream
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.telemetry import AlertKind, AlertSignal
from sre_agent.domain.telemetry.alerts import SLOW

ENTITIES = ("front-0", "front-1", "cart-0", "cart-1", "stock-0", "stock-1")
EDGES = frozenset({(0, 2), (0, 3), (1, 2), (1, 3), (2, 4), (3, 5)})


def metric(entity: str, name: str, direction: str = "up", source: str = "m") -> AlertSignal:
    """Return an alert on a metric."""
    return AlertSignal(
        kind=AlertKind.METRIC,
        entity=entity,
        name=name,
        direction=direction,
        source=EvidenceId(source),
    )


def call(caller: str, callee: str, how: str = SLOW) -> AlertSignal:
    """Return an alert on a call."""
    return AlertSignal(
        kind=AlertKind.TRACE, entity=callee, caller=caller, name="/do", direction=how
    )


def line(entity: str, template: str) -> AlertSignal:
    """Return an alert on a log template."""
    return AlertSignal(kind=AlertKind.LOG, entity=entity, name=template)


def stream(*signals: AlertSignal) -> Stream:
    """Return a failure of the made-up system."""
    return Stream(ENTITIES, signals, EDGES)


def leak(culprit: str, seed: int) -> PastFailure:
    """Return a failure in which one instance's memory rises and those that call it slow down."""
    source = random.Random(seed)
    noise = [
        metric(source.choice(ENTITIES), source.choice(("cpu_usage", "rx_bytes")))
        for _ in range(source.randint(2, 6))
    ]
    slow = [call(caller, culprit) for caller in ENTITIES[:2] if source.random() < 0.7]
    return PastFailure(stream(metric(culprit, "memory_rss"), *slow, *noise), culprit, fault="leak")
