"""What a metric measures, told from its name, and in which direction it is worse."""

import re
from enum import StrEnum
from functools import lru_cache

from sre_agent.domain.telemetry import Floats


class Kind(StrEnum):
    """A family of metrics that can stand in for each other."""

    LATENCY = "latency"
    ERRORS = "errors"
    TRAFFIC = "traffic"
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    NETWORK = "network"
    OTHER = "other"


_WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.ERRORS, ("error", "err", "fail", "5xx", "500", "exception", "refused", "drop", "loss")),
    (Kind.LATENCY, ("lat", "duration", "response", "rt", "delay", "p50", "p90", "p95", "p99")),
    (Kind.MEMORY, ("mem", "heap", "rss", "swap", "oom")),
    (Kind.CPU, ("cpu", "throttl", "load1", "cores")),
    (Kind.DISK, ("disk", "fs", "io", "inode", "volume")),
    (Kind.NETWORK, ("net", "socket", "tcp", "receive", "transmit", "packet")),
    (Kind.TRAFFIC, ("request", "qps", "rps", "traffic", "workload", "load", "lod", "throughput")),
)
"""Beginnings of words, those that say most first."""

_SPLIT = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def kind_of(metric: str) -> Kind:
    """Return what a metric measures by the words of its name."""
    words = _SPLIT.split(_apart(metric).lower())
    for kind, beginnings in _WORDS:
        if any(word.startswith(beginnings) for word in words):
            return kind
    return Kind.OTHER


def adverse(kind: Kind, deviations: Floats) -> Floats:
    """Return how much worse signed deviations are: what helps counts nothing.

    Errors, latency and the use of resources are worse when they rise; traffic, the network and what
    is unknown are suspicious either way.
    """
    either_way = kind in {Kind.TRAFFIC, Kind.NETWORK, Kind.OTHER}
    return abs(deviations) if either_way else deviations.clip(min=0.0)


def _apart(name: str) -> str:
    """Return a name in camel case as words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
