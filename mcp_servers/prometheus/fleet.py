"""Which services leave request metrics in Prometheus, found with one look at all of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcp_servers.prometheus.dialects import CODE_LABELS, DIALECTS, Dialect, Side
from mcp_servers.prometheus.failures import failed
from mcp_servers.prometheus.footprint import SIDE_DOOR
from mcp_servers.prometheus.ownership import Owner
from mcp_servers.prometheus.promql import Matcher, Selector, any_of, duration
from mcp_servers.prometheus.samples import number

MAX_SOURCES = 8
"""So many metrics are asked at most; a cluster seldom has more than two or three customs."""

ServiceKey = tuple[str, str]
"""Namespace and service."""

_LAST_BUCKET = Matcher("le", "=~", r"|\+Inf")
_AFTER_SLASH = "(.+/)?{service}"


@dataclass(frozen=True, slots=True, order=True)
class Naming:
    """The labels that name a series' namespace and service."""

    namespace: str
    service: str

    @property
    def labels(self) -> tuple[str, str]:
        """Return both labels."""
        return self.namespace, self.service

    def of(self, labels: Mapping[str, str]) -> ServiceKey | None:
        """Return what a series is about, or None when these labels do not say."""
        namespace, service = labels.get(self.namespace), labels.get(self.service)
        return (namespace, service.rpartition("/")[2]) if namespace and service else None


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric that counts the requests of some services, and how its failures are told."""

    metric: str
    dialect: Dialect
    naming: Naming
    services: frozenset[ServiceKey]
    failed: Matcher | None
    volume: float


@dataclass(frozen=True, slots=True)
class Timed:
    """A histogram that times the requests of some services."""

    dialect: Dialect
    naming: Naming
    services: frozenset[ServiceKey]


@dataclass(frozen=True, slots=True)
class Fleet:
    """Where the signals of all services are read."""

    counted: tuple[Counted, ...] = ()
    timed: tuple[Timed, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def services(self) -> frozenset[ServiceKey]:
        """Return every service that is counted or timed."""
        counted = (each.services for each in self.counted)
        return frozenset().union(*counted, *(each.services for each in self.timed))


@dataclass(slots=True)
class _Seen:
    """What was seen of one metric of one service."""

    volume: float = 0.0
    codes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def code_label(self) -> str:
        return next((label for label in CODE_LABELS if label in self.codes), "")


@dataclass(frozen=True, slots=True)
class _Source:
    metric: str
    dialect: Dialect
    naming: Naming


def namings(dialect: Dialect) -> Iterator[Naming]:
    """Yield the label pairs of a dialect, the most telling first; patterns of pods name no service."""
    for owner in dialect.owners:
        found = {_role(matcher): matcher.label for matcher in owner.matchers}
        if "namespace" in found and "service" in found:
            yield Naming(found["namespace"], found["service"])


def _role(matcher: Matcher) -> str:
    if matcher.op == "=" and matcher.value == "{namespace}":
        return "namespace"
    return "service" if matcher.value in {"{service}", _AFTER_SLASH} else ""


_SERVING = tuple(dialect for dialect in DIALECTS if dialect.side is Side.SERVER)
_NAMINGS: Mapping[tuple[Owner, ...], tuple[Naming, ...]] = {
    dialect.owners: tuple(namings(dialect)) for dialect in _SERVING
}
_LABELS = sorted(
    {label for known in _NAMINGS.values() for naming in known for label in naming.labels}
    | {matcher.label for dialect in _SERVING for matcher in dialect.fixed}
)


def query(window_s: float) -> str:
    """Return the one expression that finds every service."""
    names = any_of(name for each in _SERVING for name in (*each.counts, each.buckets) if name)
    found = Selector("", (Matcher("__name__", "=~", names), _LAST_BUCKET))
    by = ",".join(("__name__", *CODE_LABELS, *_LABELS))
    return f"sum by ({by}) (last_over_time({found}[{duration(window_s)}]))"


def read(rows: Sequence[Mapping[str, Any]], namespace: str = "", service: str = "") -> Fleet:
    """Return what the answer to `query` shows, of one namespace or service if they are given."""
    seen: dict[ServiceKey, dict[_Source, _Seen]] = defaultdict(lambda: defaultdict(_Seen))
    for row in rows:
        labels = row["metric"]
        for source, key in _places(labels):
            if namespace in {"", key[0]} and service in {"", key[1]}:
                found = seen[key][source]
                found.volume += number(row["value"][1]) or 0.0
                for label in CODE_LABELS:
                    if labels.get(label):
                        found.codes[label].add(labels[label])
    counted = sorted(_counted(seen), key=lambda each: (-each.volume, each.metric))
    shown = tuple(counted[:MAX_SOURCES])
    cut = counted[MAX_SOURCES:]
    told = (f"{len(cut)} rarer request metrics left out (limit {MAX_SOURCES})",) if cut else ()
    return Fleet(shown, tuple(_timed(seen))[:MAX_SOURCES], told)


def _places(labels: Mapping[str, str]) -> Iterator[tuple[_Source, ServiceKey]]:
    metric = labels.get("__name__", "")
    for dialect in _SERVING:
        if metric not in {*dialect.counts, dialect.buckets}:
            continue
        if any(labels.get(matcher.label) != matcher.value for matcher in dialect.fixed):
            continue
        for naming in _NAMINGS[dialect.owners]:
            key = naming.of(labels)
            if key is not None:
                yield _Source(metric, dialect, naming), key
                break


def _counted(seen: Mapping[ServiceKey, Mapping[_Source, _Seen]]) -> Iterator[Counted]:
    services: dict[tuple[_Source, str], list[ServiceKey]] = defaultdict(list)
    for key, sources in seen.items():
        source = _busiest(sources)
        if source is not None:
            services[source, sources[source].code_label].append(key)
    for (source, label), keys in services.items():
        values = {code for key in keys for code in seen[key][source].codes.get(label, ())}
        yield Counted(
            metric=source.metric,
            dialect=source.dialect,
            naming=source.naming,
            services=frozenset(keys),
            failed=failed(label, values, Side.SERVER) if label else None,
            volume=sum(seen[key][source].volume for key in keys),
        )


def _busiest(sources: Mapping[_Source, _Seen]) -> _Source | None:
    """Return the first counter that tells failures apart and is not a side door, else the first."""
    counts = _in_order(source for source in sources if source.metric in source.dialect.counts)
    most = max((sources[source].volume for source in counts), default=0.0)
    front = [source for source in counts if sources[source].volume >= SIDE_DOOR * most]
    telling = (source for source in front if sources[source].code_label)
    return next(telling, front[0] if front else None)


def _timed(seen: Mapping[ServiceKey, Mapping[_Source, _Seen]]) -> Iterator[Timed]:
    services: dict[_Source, list[ServiceKey]] = defaultdict(list)
    for key, sources in seen.items():
        timing = _in_order(source for source in sources if source.metric == source.dialect.buckets)
        counting = _busiest(sources)
        same = (each for each in timing if counting and each.dialect == counting.dialect)
        chosen = next(same, timing[0] if timing else None)
        if chosen is not None:
            services[chosen].append(key)
    for source, keys in services.items():
        yield Timed(source.dialect, source.naming, frozenset(keys))


def _in_order(sources: Iterable[_Source]) -> list[_Source]:
    return sorted(sources, key=lambda each: (_SERVING.index(each.dialect), each.metric))
