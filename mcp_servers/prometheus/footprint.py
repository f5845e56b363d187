"""What a service leaves in Prometheus: which metrics, under which labels."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mcp_servers.prometheus.dialects import CODE_LABELS, DIALECTS, PEER_LABELS, Dialect, Side
from mcp_servers.prometheus.failures import failed
from mcp_servers.prometheus.ownership import PODS, Owner
from mcp_servers.prometheus.promql import Matcher, Selector, any_of, duration
from mcp_servers.prometheus.samples import number

WORKING_SET = "container_memory_working_set_bytes"
LIMITS = ("container_spec_memory_limit_bytes", "kube_pod_container_resource_limits")
"""Where a container's memory limit may be told, the better place first."""
CPU_SECONDS = "container_cpu_usage_seconds_total"
CFS_PERIODS = "container_cpu_cfs_periods_total"
CFS_THROTTLED = "container_cpu_cfs_throttled_periods_total"

SIDE_DOOR = 0.1
"""A metric with fewer requests than this share of the busiest one's counts a side door."""

_VIA = "found_via"
_EMPTY = Matcher("le", "=~", r"|\+Inf")
"""Of a histogram's buckets only the last is looked at; all other metrics have no such label."""
_MEMORY_ONLY = Matcher("resource", "=~", "|memory")


@dataclass(frozen=True, slots=True)
class Source:
    """A metric that is there, and how to read it."""

    selector: Selector
    dialect: Dialect
    owner: Owner
    failed: Matcher | None = None
    """The condition for failed requests; None when no label says how they ended."""
    peer_label: str = ""
    volume: float = 0.0


@dataclass(frozen=True, slots=True)
class Footprint:
    """The metrics to read a service's signals from; None where there is none."""

    served: Source | None = None
    served_times: Source | None = None
    made: Source | None = None
    made_times: Source | None = None
    memory_limits: str = ""
    """The metric of memory limits for pods whose names tell their owner, or an empty string."""
    has_cpu: bool = False
    has_throttling: bool = False
    """Whether the node tells the CPU time of such pods, and how often it held them back."""

    @property
    def is_whole(self) -> bool:
        """Return whether the requests served can be counted and told apart."""
        return self.served is not None and self.served.failed is not None

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is known of the service."""
        return not (self.served or self.served_times or self.made or self.memory_limits)


@dataclass(frozen=True, slots=True)
class _Place:
    """Series that one look finds: those of some metrics under one owner's labels."""

    owner: Owner
    fixed: tuple[Matcher, ...]
    names: tuple[str, ...]


@dataclass(slots=True)
class _Finding:
    """What was seen of one metric in one place."""

    volume: float = 0.0
    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


_Findings = Mapping[tuple[int, str], _Finding]


def _places() -> Iterator[_Place]:
    names: dict[tuple[tuple[Owner, ...], tuple[Matcher, ...]], list[str]] = defaultdict(list)
    for dialect in DIALECTS:
        names[dialect.owners, dialect.fixed] += [*dialect.counts, dialect.buckets]
    for (owners, fixed), known in names.items():
        for owner in owners:
            yield _Place(owner, fixed, tuple(filter(None, known)))
    yield _Place(PODS, (_MEMORY_ONLY,), (WORKING_SET, *LIMITS, CPU_SECONDS, CFS_PERIODS))


PLACES = tuple(_places())
_OF_PODS = len(PLACES) - 1
"""Where what the node tells of pods stands among them."""


def query(namespace: str, service: str, window_s: float) -> str:
    """Return the one expression that looks everywhere for a service's metrics."""
    by = ",".join(("__name__", *CODE_LABELS, *PEER_LABELS))
    looks = (
        f"label_replace(sum by ({by}) (last_over_time("
        f"{_selector(place, namespace, service)}[{duration(window_s)}]"
        f')), "{_VIA}", "{index}", "", "")'
        for index, place in enumerate(PLACES)
    )
    return " or ".join(looks)


def _selector(place: _Place, namespace: str, service: str) -> Selector:
    names = Matcher("__name__", "=~", any_of(place.names))
    return Selector("", (names, *place.owner.of(namespace, service), *place.fixed, _EMPTY))


def read(rows: Sequence[Mapping[str, Any]], namespace: str, service: str) -> Footprint:
    """Return the footprint that the answer to `query` shows."""
    findings: dict[tuple[int, str], _Finding] = defaultdict(_Finding)
    for row in rows:
        labels = dict(row["metric"])
        finding = findings[int(labels.pop(_VIA)), labels.pop("__name__")]
        finding.volume += number(row["value"][1]) or 0.0
        for label, value in labels.items():
            finding.values[label].add(value)
    known = dict(findings)
    served = _busiest(list(_counting(known, Side.SERVER)))
    made = _busiest([each for each in _counting(known, Side.CLIENT) if each.peer_label])
    timed = [each for each in _timing(known, Side.CLIENT) if each.peer_label]
    found = Footprint(
        served=served,
        served_times=_matching(list(_timing(known, Side.SERVER)), served),
        made=made,
        made_times=_matching(timed, made),
        memory_limits=_memory_limits(known),
        has_cpu=(_OF_PODS, CPU_SECONDS) in known,
        has_throttling=(_OF_PODS, CFS_PERIODS) in known,
    )
    return _about(found, namespace, service)


def _counting(findings: _Findings, side: Side) -> Iterator[Source]:
    for dialect in _of(side):
        for name in dialect.counts:
            yield from _first(findings, dialect, name)


def _timing(findings: _Findings, side: Side) -> Iterator[Source]:
    for dialect in _of(side):
        if dialect.buckets:
            yield from _first(findings, dialect, dialect.buckets)


def _of(side: Side) -> Iterator[Dialect]:
    return (dialect for dialect in DIALECTS if dialect.side is side)


def _first(findings: _Findings, dialect: Dialect, name: str) -> Iterator[Source]:
    """Yield the metric under the labels that say best whose it is, if it is there at all."""
    for index, place in enumerate(PLACES):
        if place.owner not in dialect.owners or place.fixed != dialect.fixed:
            continue
        finding = findings.get((index, name))
        if finding is not None:
            code = next((label for label in CODE_LABELS if label in finding.values), "")
            yield Source(
                selector=Selector(name, place.fixed),
                dialect=dialect,
                owner=place.owner,
                failed=failed(code, finding.values[code], dialect.side) if code else None,
                peer_label=next((label for label in PEER_LABELS if label in finding.values), ""),
                volume=finding.volume,
            )
            return


def _busiest(sources: Sequence[Source]) -> Source | None:
    """Return the first that tells failures apart and is not a side door, or the first at all."""
    most = max((source.volume for source in sources), default=0.0)
    front = [source for source in sources if source.volume >= SIDE_DOOR * most]
    return next((source for source in front if source.failed), front[0] if front else None)


def _matching(timed: Sequence[Source], counted: Source | None) -> Source | None:
    """Return the histogram that belongs to a counter, or the first."""
    same = (each for each in timed if counted and each.dialect == counted.dialect)
    return next(same, timed[0] if timed else None)


def _memory_limits(findings: _Findings) -> str:
    if (_OF_PODS, WORKING_SET) not in findings:
        return ""
    told = (name for name in LIMITS if (_OF_PODS, name) in findings)
    return next((name for name in told if findings[_OF_PODS, name].volume > 0), "")


def _about(found: Footprint, namespace: str, service: str) -> Footprint:
    """Return the footprint with the service's own values in its selectors."""

    def filled(source: Source | None) -> Source | None:
        if source is None:
            return None
        matchers = source.owner.of(namespace, service)
        return replace(
            source,
            selector=Selector(source.selector.metric, matchers).where(*source.selector.matchers),
        )

    return replace(
        found,
        served=filled(found.served),
        served_times=filled(found.served_times),
        made=filled(found.made),
        made_times=filled(found.made_times),
    )
