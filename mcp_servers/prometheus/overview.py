"""The golden signals of all services at once, over time, for people who look at a whole cluster."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mcp_servers.common import limits
from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import Answer, NoDataError
from mcp_servers.prometheus import asking, fleet, samples
from mcp_servers.prometheus.answers import Overview, ServiceTraces, Trace
from mcp_servers.prometheus.api import Api
from mcp_servers.prometheus.asking import Question
from mcp_servers.prometheus.fleet import Fleet, ServiceKey
from mcp_servers.prometheus.golden import INCOMPLETE_LIFETIME_S, LEAST_LOOK_S
from mcp_servers.prometheus.grid import Grid, millisecond, until
from mcp_servers.prometheus.grouping import short
from mcp_servers.prometheus.interval import DEFAULT_S, sample_interval_s
from mcp_servers.prometheus.memory import Memory
from mcp_servers.prometheus.parallel import together
from mcp_servers.prometheus.promql import Selector
from mcp_servers.prometheus.signals import rate_window_s

POINTS = 60
"""What a small graph can show."""

LOOK_LIFETIME_S = 15.0
"""How long it is remembered which services there are."""

Values = tuple[float | None, ...]
"""A value for each moment of the grid."""

_SUMMED = frozenset({"traffic", "failed"})
"""What adds up over several metrics of a service; of the others the worst counts."""

_NO_METRIC = {
    "traffic": "no metric counts the requests served",
    "errors": "no label of a metric tells failed requests",
    "latency_p99": "no histogram times the requests served",
    "saturation": "no pod of that name has a memory limit, or its node is not scraped",
}
_NO_SAMPLES = {
    "traffic": "no samples in that time",
    "errors": "no requests in that time",
    "latency_p99": "no requests in that time",
    "saturation": "no samples in that time",
}

_UNITS = {
    "traffic": "requests_per_second",
    "errors": "ratio",
    "latency_p99": "seconds",
    "saturation": "ratio",
}


def _looks() -> Memory[Fleet]:
    return Memory(lambda found: LOOK_LIFETIME_S if found.counted else INCOMPLETE_LIFETIME_S)


def _intervals() -> Memory[float | None]:
    return Memory(lambda found: 4 * LOOK_LIFETIME_S if found else INCOMPLETE_LIFETIME_S)


@dataclass(frozen=True, slots=True)
class _Table:
    """What came: values by signal and service, and the expressions asked for each signal."""

    rows: Mapping[str, Mapping[ServiceKey, Values]]
    queries: Mapping[str, tuple[str, ...]]

    def of(self, name: str, key: ServiceKey) -> Values | None:
        return self.rows.get(name, {}).get(key)


@dataclass(frozen=True, slots=True)
class Overseer:
    """The tool, and what it remembers of the cluster between calls."""

    api: Api
    looks: Memory[Fleet] = field(default_factory=_looks)
    intervals: Memory[float | None] = field(default_factory=_intervals)

    async def services_overview(
        self,
        namespace: str = "",
        service: str = "",
        window_s: float = 1800.0,
        step_s: float | None = None,
        end: datetime | None = None,
        limit: int = 50,
    ) -> Answer:
        """Return traffic, error ratio, p99 latency and memory saturation of every service.

        They cover the `window_s` seconds before `end` (now unless given), evenly spaced; `whole` adds
        traffic up over all services, divides all failures by all requests, and gives the worst
        latency and saturation. `namespace` and `service` narrow it. What is not known is null, and
        `missing` says why. At most `limit` services are listed, the busiest.
        """
        limits.require_range("limit", limit, low=1, high=200)
        moment = millisecond(end or utc_now())
        points = until(moment, window_s, step_s or max(1.0, round(window_s / POINTS, 3)))
        found = await self._fleet(namespace, service, window_s, moment)
        if not found.counted and not found.timed:
            raise NoDataError(_nothing(namespace, service))
        rate_s = max(await self._rate_s(found, moment), points.step_s)
        questions = tuple(asking.questions(found, namespace, service, rate_s))
        answers = await together(self._ask(question, points) for question in questions)
        table = _table(questions, answers, points)
        return _answer(found, table, points, limit)

    async def _fleet(
        self, namespace: str, service: str, window_s: float, moment: datetime
    ) -> Fleet:
        async def look() -> Fleet:
            reply = await self.api.instant(fleet.query(max(window_s, LEAST_LOOK_S)), moment)
            return fleet.read(reply.data["result"], namespace, service)

        age_s = (utc_now() - moment).total_seconds()
        when = "now" if abs(age_s) < LOOK_LIFETIME_S else moment.isoformat()
        return await self.looks.recall((namespace, service, window_s, when), look)

    async def _rate_s(self, found: Fleet, moment: datetime) -> float:
        if not found.counted:
            return rate_window_s(DEFAULT_S)
        selector = Selector(found.counted[0].metric, ())

        async def find() -> float | None:
            return await sample_interval_s(self.api, selector, moment)

        return rate_window_s(await self.intervals.recall(selector.metric, find) or DEFAULT_S)

    async def _ask(self, question: Question, points: Grid) -> Sequence[samples.Row]:
        return samples.read((await self.api.range(question.query, points)).data).rows


def _table(
    questions: Sequence[Question], answers: Sequence[Sequence[samples.Row]], points: Grid
) -> _Table:
    rows: dict[str, dict[ServiceKey, Values]] = {}
    queries: dict[str, tuple[str, ...]] = {}
    for question, answer in zip(questions, answers, strict=True):
        queries[question.signal] = (*queries.get(question.signal, ()), question.query)
        known = rows.setdefault(question.signal, {})
        fold = sum if question.signal in _SUMMED else max
        for row in answer:
            key = question.naming.of(row.labels)
            if key is None or (question.services and key not in question.services):
                continue
            values = _on_grid(row.samples, points)
            known[key] = _fold(fold, [known[key], values]) if key in known else values
    return _Table(rows, queries)


def _on_grid(found: Iterable[samples.Sample], points: Grid) -> Values:
    values: list[float | None] = [None] * points.size
    for at, value in found:
        place = round((at - points.start).total_seconds() / points.step_s)
        if 0 <= place < points.size:
            values[place] = value
    return tuple(values)


def _fold(fold: Callable[[list[float]], float], rows: Iterable[Values]) -> Values:
    """Return one value for each moment, out of those that are there."""
    columns = (
        [value for value in column if value is not None] for column in zip(*rows, strict=True)
    )
    return tuple(fold(column) if column else None for column in columns)


def _ratio(failed: Values | None, traffic: Values | None) -> Values | None:
    if failed is None or traffic is None:
        return None
    pairs = zip(failed, traffic, strict=True)
    return tuple((bad or 0.0) / every if every else None for bad, every in pairs)


def _answer(found: Fleet, table: _Table, points: Grid, limit: int) -> Answer:
    busiest = sorted(sorted(found.services), key=lambda key: -_last(table.of("traffic", key)))
    shown, left_out = limits.first(busiest, limit, "services")
    data = Overview(
        start=points.start,
        end=points.end,
        step_s=points.step_s,
        whole=_whole(table),
        services=tuple(_service(key, table) for key in sorted(shown)),
        namespaces=tuple(sorted({namespace for namespace, _ in found.services})),
    )
    return Answer(data, (*found.left_out, *left_out))


def _service(key: ServiceKey, table: _Table) -> ServiceTraces:
    values = {name: table.of(name, key) for name in table.queries}
    errors = _ratio(values.get("failed"), values.get("traffic"))
    return _traces(key, {**values, "errors": errors}, table.queries)


def _whole(table: _Table) -> ServiceTraces:
    """Return the signals of everything together."""
    traffic, failed = table.rows.get("traffic", {}), table.rows.get("failed", {})
    telling = [values for key, values in traffic.items() if key in failed]
    values = {
        "traffic": _fold(sum, traffic.values()) or None,
        "errors": _ratio(_fold(sum, failed.values()) or None, _fold(sum, telling) or None),
        "latency_p99": _fold(max, table.rows.get("latency_p99", {}).values()) or None,
        "saturation": _fold(max, table.rows.get("saturation", {}).values()) or None,
    }
    return _traces(("", ""), values, table.queries)


def _traces(
    key: ServiceKey,
    values: Mapping[str, Values | None],
    queries: Mapping[str, tuple[str, ...]],
) -> ServiceTraces:
    found = {name: values.get(name) for name in _UNITS}
    traces = {
        name: Trace(
            unit=_UNITS[name],
            query=" ; ".join(queries.get("failed" if name == "errors" else name, ())),
            values=tuple(None if value is None else short(value) for value in known),
        )
        for name, known in found.items()
        if known is not None and any(value is not None for value in known)
    }
    missing = {
        name: _NO_METRIC[name] if known is None else _NO_SAMPLES[name]
        for name, known in found.items()
        if name not in traces
    }
    return ServiceTraces(namespace=key[0], service=key[1], missing=missing, **traces)


def _last(values: Values | None) -> float:
    return next((value for value in reversed(values or ()) if value is not None), 0.0)


def _nothing(namespace: str, service: str) -> str:
    asked = {"namespace": namespace, "service": service}
    where = " and ".join(f"{name} {value!r}" for name, value in asked.items() if value)
    return f"no known request metric names {where or 'a namespace and a service'}"
