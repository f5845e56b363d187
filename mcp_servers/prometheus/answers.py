"""What the tools answer. Times are UTC, durations in seconds."""

from datetime import datetime

from mcp_servers.common.envelope import Record


class Point(Record):
    """One sample."""

    at: datetime
    value: float


class Series(Record):
    """One time series, oldest point first; samples that are not numbers are left out."""

    labels: dict[str, str]
    points: tuple[Point, ...]


class SeriesList(Record):
    """What a query gave; an instant query has `start` equal to `end` and a step of 0."""

    query: str
    start: datetime
    end: datetime
    step_s: float
    series: tuple[Series, ...]


class Signal(Record):
    """One golden signal; `unit` is ratio, seconds, cores or requests_per_second."""

    name: str
    unit: str
    query: str
    points: tuple[Point, ...]


class SignalGroup(Record):
    """The signals of the whole service (no labels), of one pod, or of one dependency."""

    labels: dict[str, str]
    traffic: Signal
    errors: Signal
    latency_p50: Signal | None
    latency_p99: Signal | None
    saturation: Signal | None
    cpu: Signal | None = None
    throttling: Signal | None = None


class GoldenSignals(Record):
    """The golden signals of one service."""

    namespace: str
    service: str
    start: datetime
    end: datetime
    step_s: float
    total: SignalGroup
    pods: tuple[SignalGroup, ...]
    dependencies: tuple[SignalGroup, ...]


class Use(Record):
    """What one pod, volume or node uses of something; its labels say which of them it is."""

    measure: str
    unit: str
    labels: dict[str, str]
    query: str
    points: tuple[Point, ...]


class ResourceUse(Record):
    """What the pods and volumes of a namespace, and all nodes, use, hold back and lose."""

    namespace: str
    start: datetime
    end: datetime
    step_s: float
    rows: tuple[Use, ...]


class Trace(Record):
    """One signal on an even grid; a moment without a sample is null."""

    unit: str
    query: str
    values: tuple[float | None, ...]


class ServiceTraces(Record):
    """The signals of one service, or of everything (both names empty); `missing` says why not."""

    namespace: str
    service: str
    traffic: Trace | None = None
    errors: Trace | None = None
    latency_p99: Trace | None = None
    saturation: Trace | None = None
    missing: dict[str, str]


class Overview(Record):
    """The signals of many services on one grid, which begins at `start` and steps by `step_s`."""

    start: datetime
    end: datetime
    step_s: float
    whole: ServiceTraces
    services: tuple[ServiceTraces, ...]
    namespaces: tuple[str, ...]


class WindowCount(Record):
    """The requests of one window; null where none were counted, which is not the same as 0."""

    window_s: float
    requests: float | None
    bad: float | None
    covered: float


class RequestCounts(Record):
    """The requests of a service over several windows that end at `end`, the shortest first."""

    end: datetime
    query: str
    threshold_s: float | None
    windows: tuple[WindowCount, ...]


class ActiveAlert(Record):
    """An alert that is pending or firing."""

    name: str
    state: str
    labels: dict[str, str]
    annotations: dict[str, str]
    active_at: datetime | None
    value: float | None


class AlertList(Record):
    """The alerts Prometheus has now; an empty list means that it was asked and none is active."""

    alerts: tuple[ActiveAlert, ...]


class Rule(Record):
    """A recording or alerting rule as Prometheus runs it."""

    kind: str
    group: str
    name: str
    query: str
    state: str
    health: str
    last_error: str
    hold_s: float
    labels: dict[str, str]
    annotations: dict[str, str]


class RuleList(Record):
    """The rules."""

    rules: tuple[Rule, ...]


class Target(Record):
    """One scraped target; `health` is up, down or unknown."""

    job: str
    health: str
    labels: dict[str, str]
    scrape_url: str
    last_scrape_at: datetime | None
    last_error: str
    interval_s: float | None


class TargetList(Record):
    """The targets being scraped."""

    targets: tuple[Target, ...]


class NameList(Record):
    """Names of metrics."""

    names: tuple[str, ...]


class LabelSetList(Record):
    """Label sets of series, without samples."""

    series: tuple[dict[str, str], ...]
