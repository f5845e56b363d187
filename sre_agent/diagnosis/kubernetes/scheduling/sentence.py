"""The scheduler's sentence: how many nodes are kept from a pod by what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Bar(StrEnum):
    """What keeps a pod off a node, as the scheduler's filters part it."""

    UNSCHEDULABLE = "cordon"
    TAINT = "taint"
    SELECTOR = "selector"
    NODE_AFFINITY = "node affinity"
    NODE_NAME = "node name"
    CPU = "cpu"
    MEMORY = "memory"
    EPHEMERAL_STORAGE = "ephemeral storage"
    EXTENDED = "extended resource"
    POD_LIMIT = "pod limit"
    HOST_PORT = "host port"
    ANTI_AFFINITY = "pod anti-affinity"
    AFFINITY = "pod affinity"
    SPREAD = "topology spread"
    VOLUME = "volume"
    VOLUME_LIMIT = "volume limit"


_SENTENCE = re.compile(r"(?P<fit>\d+)/(?P<all>\d+) nodes are available:?\s*(?P<why>.*)", re.DOTALL)
_ENDS = re.compile(r"\.\s*(?:no new claims to deallocate|preemption:).*", re.DOTALL)
_COUNTED = re.compile(r"^(?P<count>\d+) (?P<why>.+)$", re.DOTALL)
_REASONS: tuple[tuple[re.Pattern[str], Bar], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), bar)
    for pattern, bar in (
        (r"(?:were|was|is|are) unschedulable", Bar.UNSCHEDULABLE),
        (r"untolerated taint|had taints?\b", Bar.TAINT),
        (r"didn't match pod'?s? anti-affinity|existing pods'? anti-affinity", Bar.ANTI_AFFINITY),
        (r"pod affinity/anti-affinity", Bar.ANTI_AFFINITY),
        (r"didn't match pod affinity rules|didn't find pods? .*affinity", Bar.AFFINITY),
        (r"topology spread constraints", Bar.SPREAD),
        (r"volume node affinity|no available volume zone|bind to persistent volume", Bar.VOLUME),
        (r"max volume count", Bar.VOLUME_LIMIT),
        (r"node affinity|node selector|scheduling constraints", Bar.SELECTOR),
        (r"requested node name", Bar.NODE_NAME),
        (r"free ports", Bar.HOST_PORT),
        (r"too many pods|insufficient pods", Bar.POD_LIMIT),
        (r"insufficient cpu", Bar.CPU),
        (r"insufficient memory", Bar.MEMORY),
        (r"insufficient ephemeral-storage", Bar.EPHEMERAL_STORAGE),
        (r"insufficient \S+", Bar.EXTENDED),
    )
)


@dataclass(frozen=True)
class Verdict:
    """How many of all nodes each bar keeps from a pod; `details` are the words of each bar."""

    nodes: int
    counts: Mapping[Bar, int] = field(default_factory=dict)
    details: Mapping[Bar, tuple[str, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def verdict_of(message: str) -> Verdict | None:
    """Return what a FailedScheduling message says, or None where it is no such sentence."""
    found = _SENTENCE.search(message)
    if found is None:
        return None
    counts: dict[Bar, int] = {}
    details: dict[Bar, tuple[str, ...]] = {}
    others: list[str] = []
    for part in _parts(_ENDS.sub("", found["why"])):
        counted = _COUNTED.match(part)
        bar = _bar_of(part)
        if bar is None or counted is None:
            others.append(part)
            continue
        counts[bar] = counts.get(bar, 0) + int(counted["count"])
        details[bar] = (*details.get(bar, ()), counted["why"])
    return Verdict(int(found["all"]), counts, details, tuple(others))


def _bar_of(part: str) -> Bar | None:
    return next((bar for pattern, bar in _REASONS if pattern.search(part)), None)


def _parts(why: str) -> list[str]:
    """Split at commas that begin a new count, so that a taint's own commas stay."""
    return [part.strip(" .") for part in re.split(r",\s+(?=\d+ )", why) if part.strip(" .")]
