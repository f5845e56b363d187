"""The golden signals of a service, whatever it and its proxies call their metrics."""

from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mcp_servers.common.clock import rfc3339, utc_now
from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.prometheus import footprint, grouping, samples, signals
from mcp_servers.prometheus.answers import GoldenSignals
from mcp_servers.prometheus.api import Api
from mcp_servers.prometheus.footprint import Footprint
from mcp_servers.prometheus.grid import Grid, millisecond, until
from mcp_servers.prometheus.grouping import Asked
from mcp_servers.prometheus.interval import DEFAULT_S, sample_interval_s
from mcp_servers.prometheus.memory import Memory
from mcp_servers.prometheus.parallel import together
from mcp_servers.prometheus.signals import Ask

FOOTPRINT_LIFETIME_S = 30.0
INTERVAL_LIFETIME_S = 60.0
INCOMPLETE_LIFETIME_S = 2.0
"""How long something half found is remembered: a service that just started shows more soon."""

NOW_S = 30.0
"""An end this near to now shares what is remembered about now."""

LEAST_LOOK_S = 60.0
"""How far back metrics are looked for at least, in seconds."""

MAX_GROUPS = 20
MAX_GROUP_POINTS = 2400
"""Pods, and dependencies, that are given at most; with long series it is fewer."""

NAME_CHARS = 253


def _footprints() -> Memory[Footprint]:
    return Memory(lambda found: FOOTPRINT_LIFETIME_S if found.is_whole else INCOMPLETE_LIFETIME_S)


def _intervals() -> Memory[float | None]:
    return Memory(lambda found: INTERVAL_LIFETIME_S if found else INCOMPLETE_LIFETIME_S)


@dataclass(frozen=True, slots=True)
class Subject:
    """The service that is asked about, and the time up to which."""

    namespace: str
    service: str
    window_s: float
    end: datetime

    @property
    def key(self) -> tuple[str, str, float, str]:
        """Return what the service's footprint is remembered under."""
        age_s = abs((utc_now() - self.end).total_seconds())
        moment = "now" if age_s < NOW_S else rfc3339(self.end)
        return self.namespace, self.service, self.window_s, moment


@dataclass(frozen=True, slots=True)
class Golden:
    """The tool, and what it remembers of services between calls."""

    api: Api
    footprints: Memory[Footprint] = field(default_factory=_footprints)
    intervals: Memory[float | None] = field(default_factory=_intervals)

    async def golden_signals(
        self,
        namespace: str,
        service: str,
        window_s: float = 600.0,
        step_s: float | None = None,
        end: datetime | None = None,
    ) -> Answer:
        """Return traffic, error ratio, latency, memory and CPU of a service.

        They cover the `window_s` seconds before `end` (now unless given): as a whole, by pod and,
        for the calls it makes, by peer. Which metrics the service, its framework or its proxy has
        is found out. Latency is in seconds (p50, p99). Each signal tells the PromQL that was asked.
        """
        for name, value in (("namespace", namespace), ("service", service)):
            if not 0 < len(value) <= NAME_CHARS:
                raise RefusedError(
                    "invalid_arguments", f"{name} must have 1 to {NAME_CHARS} characters"
                )
        moment = millisecond(end or utc_now())
        until(moment, window_s, step_s)  # refuses what is out of bounds before anything is asked
        subject = Subject(namespace, service, window_s, moment)
        found = await self.footprints.recall(subject.key, lambda: self._look(subject))
        if found.is_empty:
            raise NoDataError(_nothing(subject))
        interval_s = await self._interval_s(found, subject)
        points = until(moment, window_s, step_s, finest_s=interval_s)
        rate_s = signals.rate_window_s(interval_s)
        service_asks = signals.of_service(found, namespace, service, rate_s)
        call_asks = signals.of_calls(found, rate_s)
        answers = await together(
            (
                *(self._ask(ask, _whole_and_parts(ask), points) for ask in service_asks),
                *(self._ask(ask, ask.of_each(), points) for ask in call_asks),
            )
        )
        own, calls = answers[: len(service_asks)], answers[len(service_asks) :]
        return _answer(subject, points, _Answers(own, calls, tuple(_gaps(found))))

    async def _look(self, subject: Subject) -> Footprint:
        look_s = max(subject.window_s, LEAST_LOOK_S)
        query = footprint.query(subject.namespace, subject.service, look_s)
        reply = await self.api.instant(query, subject.end)
        return footprint.read(reply.data["result"], subject.namespace, subject.service)

    async def _interval_s(self, found: Footprint, subject: Subject) -> float:
        source = found.served or found.served_times or found.made
        if source is None:
            return DEFAULT_S

        def find() -> Awaitable[float | None]:
            return sample_interval_s(self.api, source.selector, subject.end)

        key = (str(source.selector), subject.key[-1])
        return await self.intervals.recall(key, find) or DEFAULT_S

    async def _ask(self, ask: Ask, query: str, points: Grid) -> Asked:
        reply = await self.api.range(query, points)
        return Asked(ask, samples.read(reply.data).rows)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What came for the service itself and for its calls, and what could not be asked."""

    own: Sequence[Asked]
    calls: Sequence[Asked]
    gaps: tuple[str, ...]


def _whole_and_parts(ask: Ask) -> str:
    return f"{ask.of_all()} or {ask.of_each()}" if ask.group_label else ask.of_all()


def _answer(subject: Subject, points: Grid, answers: _Answers) -> Answer:
    if not any(each.rows for each in (*answers.own, *answers.calls)):
        raise NoDataError(f"the metrics of {_spoken(subject)} have no samples in that time")
    limit = max(1, min(MAX_GROUPS, MAX_GROUP_POINTS // points.size))
    pods, pod_count = grouping.groups(answers.own, "pod", limit)
    peers, peer_count = grouping.groups(answers.calls, "peer", limit)
    data = GoldenSignals(
        namespace=subject.namespace,
        service=subject.service,
        start=points.start,
        end=points.end,
        step_s=points.step_s,
        total=grouping.total(answers.own),
        pods=tuple(pods),
        dependencies=tuple(peers),
    )
    cut = (("pods", pod_count), ("dependencies", peer_count))
    left_out = (
        f"{count - limit} of {count} {what} left out (limit {limit}); the worst are here"
        for what, count in cut
        if count > limit
    )
    return Answer(data, (*answers.gaps, *left_out))


def _gaps(found: Footprint) -> Iterator[str]:
    """Yield what cannot be told about the service because no metric tells it."""
    if found.served is None:
        yield "no metric counts the requests that the service serves: traffic and errors are empty"
    elif found.served.failed is None:
        yield f"no label of {found.served.selector.metric} tells failed requests: errors are empty"
    if found.served is not None and found.served_times is None:
        yield "no histogram times the requests that the service serves: there is no latency"
    if found.made is not None and found.made.failed is None:
        yield f"no label of {found.made.selector.metric} tells failed calls: their errors are empty"


def _nothing(subject: Subject) -> str:
    return (
        f"no known request metric is labelled as {_spoken(subject)}; metric_names and series tell "
        "what there is"
    )


def _spoken(subject: Subject) -> str:
    return (
        f"service {subject.service!r} in namespace {subject.namespace!r} "
        f"in the {subject.window_s:g} s before {rfc3339(subject.end)}"
    )
