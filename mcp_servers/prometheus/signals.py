"""The golden signals as expressions over what a service leaves in Prometheus."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mcp_servers.prometheus.footprint import (
    CFS_PERIODS,
    CFS_THROTTLED,
    CPU_SECONDS,
    LIMITS,
    WORKING_SET,
    Footprint,
    Source,
)
from mcp_servers.prometheus.ownership import PODS
from mcp_servers.prometheus.promql import Matcher, Selector, highest, rate, summed

Write = Callable[[tuple[str, ...], tuple[Matcher, ...]], str]
"""Writes an expression, given the labels to keep and further conditions."""

RATE_INTERVALS = 4
LEAST_RATE_S = 5.0
"""A rate is taken over four samples, so that one may be missing, and over 5 s at least."""
LEAST_NODE_RATE_S = 30.0
"""What nodes tell of containers is gathered more rarely than what programs tell of themselves."""

_CONTAINERS = (Matcher("container", "!=", ""), Matcher("container", "!=", "POD"))
_CONTAINER = ("namespace", "pod", "container")


@dataclass(frozen=True, slots=True)
class Ask:
    """A signal, and how to ask for it."""

    name: str
    unit: str
    group_label: str
    """The label by which it can be split, or an empty string."""
    write: Write

    def of_all(self) -> str:
        """Return the expression over everything."""
        return self.write((), ())

    def of_each(self) -> str:
        """Return the expression for each group."""
        return self.write((self.group_label,), ())

    def of_one(self, value: str) -> str:
        """Return the expression over one group."""
        return self.write((), (Matcher(self.group_label, "=", value),))


def rate_window_s(interval_s: float) -> float:
    """Return over how many seconds to average samples that come this often."""
    return max(RATE_INTERVALS * interval_s, LEAST_RATE_S)


def of_service(footprint: Footprint, namespace: str, service: str, window_s: float) -> list[Ask]:
    """Return what to ask about the requests a service serves, and about its memory."""
    served, times = footprint.served, footprint.served_times
    asks = _counted(served, served.owner.pod_label, window_s) if served else []
    if times:
        asks += _timed(times, times.owner.pod_label, window_s)
    if footprint.memory_limits:
        asks.append(_memory(footprint.memory_limits, PODS.of(namespace, service), ""))
    elif served and served.owner.pod_label == PODS.pod_label:
        asks.append(_memory(LIMITS[0], (Matcher("namespace", "=", namespace),), _serving(served)))
    return [*asks, *_cpu(footprint, PODS.of(namespace, service), window_s)]


def of_calls(footprint: Footprint, window_s: float) -> list[Ask]:
    """Return what to ask about the calls a service makes."""
    made, times = footprint.made, footprint.made_times
    asks = _counted(made, made.peer_label, window_s) if made else []
    if times:
        asks += _timed(times, times.peer_label, window_s)
    return asks


def _counted(source: Source, group_label: str, window_s: float) -> list[Ask]:
    def traffic(by: tuple[str, ...], only: tuple[Matcher, ...]) -> str:
        return summed(by, rate(source.selector.where(*only), window_s))

    def errors(by: tuple[str, ...], only: tuple[Matcher, ...]) -> str:
        # Without the zero there would be no point at all while nothing fails.
        everything = traffic(by, only)
        failing = traffic(by, (*only, source.failed)) if source.failed else everything
        return f"({failing} or 0 * {everything}) / {everything}"

    asks = [Ask("traffic", "requests_per_second", group_label, traffic)]
    if source.failed:
        asks.append(Ask("errors", "ratio", group_label, errors))
    return asks


def _timed(source: Source, group_label: str, window_s: float) -> list[Ask]:
    unit_s = source.dialect.unit_s
    scale = "" if unit_s == 1.0 else f"{unit_s:g} * "

    def quantile(share: float) -> Write:
        def write(by: tuple[str, ...], only: tuple[Matcher, ...]) -> str:
            buckets = summed((*by, "le"), rate(source.selector.where(*only), window_s))
            return f"{scale}histogram_quantile({share:g}, {buckets})"

        return write

    return [
        Ask(f"latency_p{round(100 * share)}", "seconds", group_label, quantile(share))
        for share in (0.5, 0.99)
    ]


def _cpu(footprint: Footprint, whose: tuple[Matcher, ...], window_s: float) -> Iterator[Ask]:
    """Yield the cores that the busiest container uses, and how often it was held back."""
    window_s = max(window_s, LEAST_NODE_RATE_S)

    def used(metric: str, only: tuple[Matcher, ...]) -> str:
        selector = Selector(metric, (*whose, *_CONTAINERS, *only))
        return summed(_CONTAINER, rate(selector, window_s))

    def cores(by: tuple[str, ...], only: tuple[Matcher, ...]) -> str:
        return highest(by, used(CPU_SECONDS, only))

    def throttled(by: tuple[str, ...], only: tuple[Matcher, ...]) -> str:
        share = f"{used(CFS_THROTTLED, only)} / ({used(CFS_PERIODS, only)} > 0)"
        return highest(by, share)

    if footprint.has_cpu:
        yield Ask("cpu", "cores", "pod", cores)
    if footprint.has_throttling:
        yield Ask("throttling", "ratio", "pod", throttled)


def _serving(served: Source) -> str:
    """Return the condition for pods that serve requests: their names do not tell whose they are."""
    return f" and on (namespace,pod) group by (namespace,pod) ({served.selector})"


def _memory(limits: str, whose: tuple[Matcher, ...], condition: str) -> Ask:
    matchers = (*whose, *_CONTAINERS)
    in_bytes = (Matcher("resource", "=", "memory"),) if limits == LIMITS[1] else ()

    def write(by: tuple[str, ...], only: tuple[Matcher, ...]) -> str:
        used = Selector(WORKING_SET, (*matchers, *only))
        limit = Selector(limits, (*matchers, *in_bytes, *only))
        # A limit of 0 means that there is none.
        share = (
            f"{highest(_CONTAINER, f'{used}{condition}')} / ({highest(_CONTAINER, str(limit))} > 0)"
        )
        return highest(by, share)

    return Ask("saturation", "ratio", "pod", write)
