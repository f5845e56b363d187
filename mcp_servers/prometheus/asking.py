"""What is asked of Prometheus for the signals of many services at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from mcp_servers.prometheus.fleet import Counted, Fleet, Naming, ServiceKey, Timed
from mcp_servers.prometheus.footprint import LIMITS, WORKING_SET
from mcp_servers.prometheus.ownership import GENERATED_SUFFIX
from mcp_servers.prometheus.promql import Matcher, Selector, highest, quoted, rate, summed

QUANTILE = 0.99

_PODS = Naming("namespace", "service")
"""Labels that answers about pods are given."""

_CONTAINER = ("namespace", "pod", "container")
_CONTAINERS = (Matcher("container", "!=", ""), Matcher("container", "!=", "POD"))


@dataclass(frozen=True, slots=True)
class Question:
    """An expression, the signal it is for, and how its answer names services."""

    signal: str
    query: str
    naming: Naming
    services: frozenset[ServiceKey] = frozenset()
    """Whom it is asked for; of others the answer says nothing, unless there are none here."""


def questions(fleet: Fleet, namespace: str, service: str, rate_s: float) -> Iterator[Question]:
    """Yield what to ask about the services of a fleet.

    Args:
        fleet: where their signals are read.
        namespace: the one namespace asked for, or an empty string.
        service: the one service asked for, or an empty string.
        rate_s: over how many seconds rates are taken.
    """
    for counted in fleet.counted:
        yield from _counted(counted, namespace, rate_s)
    for timed in fleet.timed:
        yield _timed(timed, namespace, rate_s)
    # What serves no requests, a store say, counts for the whole as well.
    only = fleet.services if service else frozenset()
    yield Question("saturation", _memory(namespace), _PODS, only)


def _counted(source: Counted, namespace: str, rate_s: float) -> Iterator[Question]:
    selector = Selector(source.metric, (*source.dialect.fixed, *_within(source.naming, namespace)))
    by = source.naming.labels
    every = summed(by, rate(selector, rate_s))
    yield Question("traffic", every, source.naming, source.services)
    if source.failed is not None:
        failing = summed(by, rate(selector.where(source.failed), rate_s))
        # Without the zero there would be no point at all while nothing fails.
        yield Question("failed", f"{failing} or 0 * {every}", source.naming, source.services)


def _timed(source: Timed, namespace: str, rate_s: float) -> Question:
    matchers = (*source.dialect.fixed, *_within(source.naming, namespace))
    buckets = rate(Selector(source.dialect.buckets, matchers), rate_s)
    scale = "" if source.dialect.unit_s == 1.0 else f"{source.dialect.unit_s:g} * "
    found = summed((*source.naming.labels, "le"), buckets)
    query = f"{scale}histogram_quantile({QUANTILE:g}, {found})"
    return Question("latency_p99", query, source.naming, source.services)


def _within(naming: Naming, namespace: str) -> tuple[Matcher, ...]:
    place = Matcher(naming.namespace, "=" if namespace else "!=", namespace)
    return (place, Matcher(naming.service, "!=", ""))


def _memory(namespace: str) -> str:
    """Return the memory of the fullest container of each workload, as a share of its limit."""
    matchers = (*_CONTAINERS, *((Matcher("namespace", "=", namespace),) if namespace else ()))
    used = highest(_CONTAINER, str(Selector(WORKING_SET, matchers)))
    spec, stated = LIMITS
    in_bytes = Matcher("resource", "=", "memory")
    limit = (
        f"(({highest(_CONTAINER, str(Selector(spec, matchers)))} > 0) or "
        f"({highest(_CONTAINER, str(Selector(stated, (*matchers, in_bytes))))} > 0))"
    )
    workload = f"(.+?)-{GENERATED_SUFFIX}"
    named = f'label_replace({used} / {limit}, "service", "$1", "pod", {quoted(workload)})'
    return highest(("namespace", "service"), named)
