"""What the Prometheus server's tools answer. Times are UTC, durations in seconds."""

from datetime import datetime

from pydantic import Field

from sre_agent.domain.model import Observation
from sre_agent.domain.observations.samples import Point, Points

__all__ = [
    "ActiveAlert",
    "AlertList",
    "GoldenSignals",
    "Point",
    "RequestCounts",
    "ResourceUse",
    "Series",
    "SeriesList",
    "Signal",
    "SignalGroup",
    "Use",
    "WindowCount",
]


class Series(Observation):
    """One time series; samples that are not numbers are left out."""

    labels: dict[str, str]
    points: Points


class SeriesList(Observation):
    """`range_query` and `instant_query`: what a query gave (an instant gives one point each)."""

    query: str
    start: datetime
    end: datetime
    step_s: float
    series: tuple[Series, ...]


class Signal(Observation):
    """One golden signal over a window.

    `unit` is ratio, seconds, cores or requests_per_second; `query` is what was asked, to be asked again;
    `points` are oldest first. No points means that Prometheus has no such data.
    """

    name: str
    unit: str
    query: str
    points: Points

    @property
    def last(self) -> float | None:
        """Return the newest value, or None without data."""
        return self.points[-1].value if self.points else None


class SignalGroup(Observation):
    """The signals of one group: the whole service (no labels), one pod, or one dependency.

    `errors` is the ratio of failed requests, `traffic` requests per second, `latency_p99` seconds,
    `saturation` the highest share of its memory limit that a container uses, `cpu` the most cores
    that one uses, `throttling` the highest share of time slices in which one was held back.
    """

    labels: dict[str, str]
    traffic: Signal
    errors: Signal
    latency_p50: Signal | None = None
    latency_p99: Signal | None = None
    saturation: Signal | None = None
    cpu: Signal | None = None
    throttling: Signal | None = None


class GoldenSignals(Observation):
    """`golden_signals` of one service: as a whole, by pod, and of the calls it makes to others.

    `dependencies` come from client-side metrics, their peer under the label `peer`.
    """

    namespace: str
    service: str
    start: datetime
    end: datetime
    step_s: float
    total: SignalGroup
    pods: tuple[SignalGroup, ...] = ()
    dependencies: tuple[SignalGroup, ...] = ()


class Use(Observation):
    """What one pod (label `pod`), volume (`persistentvolumeclaim`) or node uses of something.

    A node goes by its name (`node`), or by the address of its exporter (`instance`). `query` gives all
    series of the measure at once.
    """

    measure: str
    unit: str
    labels: dict[str, str]
    query: str
    points: Points


class ResourceUse(Observation):
    """`resource_use`: what the pods and volumes of a namespace, and all nodes, use and lose."""

    namespace: str
    start: datetime
    end: datetime
    step_s: float
    rows: tuple[Use, ...]


class ActiveAlert(Observation):
    """An alert as Prometheus has it now: pending or firing."""

    name: str
    state: str
    labels: dict[str, str]
    annotations: dict[str, str] = Field(default_factory=dict)
    active_at: datetime | None = None
    value: float | None = None


class AlertList(Observation):
    """`list_alerts`."""

    alerts: tuple[ActiveAlert, ...]


class WindowCount(Observation):
    """The requests of one window; null where none were counted, which is not the same as 0."""

    window_s: float
    requests: float | None
    bad: float | None
    covered: float


class RequestCounts(Observation):
    """`request_counts`: the requests of a service over several windows that end at `end`."""

    end: datetime
    query: str
    threshold_s: float | None
    windows: tuple[WindowCount, ...]
