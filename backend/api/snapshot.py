"""The four golden signals as people are shown them: now, and over the last minutes."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sre_agent.domain.tools import ToolResult

SERVER = "prometheus"
TOOL = "services_overview"


class SignalView(BaseModel):
    """One signal. Without samples `now` is null, and `reason` says why; nothing is made up."""

    now: float | None = Field(description="The newest value; null when there is none.")
    unit: str = Field(description="requests_per_second, ratio or seconds.")
    series: list[tuple[float, float]] = Field(
        description="Pairs of seconds since 1970 and value, the oldest first."
    )
    source: str = Field(description="The PromQL that was asked; empty when nothing could be.")
    reason: str | None = Field(default=None, description="Why there is no value now.")


class SignalsView(BaseModel):
    """The four golden signals.

    Traffic in requests per second, errors as a ratio of requests, the p99 of latency in seconds, and
    the memory of the fullest container as a ratio of its limit.
    """

    traffic: SignalView
    errors: SignalView
    latency_p99: SignalView
    saturation: SignalView


class ServiceView(SignalsView):
    """The signals of one service."""

    namespace: str
    service: str


class SnapshotView(BaseModel):
    """The signals of a cluster.

    `whole` adds up the traffic of all services shown, divides all failures by all requests, and
    gives the worst latency and saturation.
    """

    cluster: str
    as_of: datetime
    minutes: int
    step_s: float = Field(description="Seconds between two values of a series.")
    whole: SignalsView
    services: list[ServiceView]
    namespaces: list[str]
    left_out: list[str]


class _Trace(BaseModel):
    model_config = ConfigDict(extra="ignore")

    unit: str
    query: str
    values: list[float | None]


class _Traces(BaseModel):
    model_config = ConfigDict(extra="ignore")

    namespace: str
    service: str
    traffic: _Trace | None = None
    errors: _Trace | None = None
    latency_p99: _Trace | None = None
    saturation: _Trace | None = None
    missing: dict[str, str] = {}


class _Overview(BaseModel):
    """What the server answers, as far as it is shown."""

    model_config = ConfigDict(extra="ignore")

    start: datetime
    end: datetime
    step_s: float
    whole: _Traces
    services: list[_Traces]
    namespaces: list[str]


UNITS = {
    "traffic": "requests_per_second",
    "errors": "ratio",
    "latency_p99": "seconds",
    "saturation": "ratio",
}


def read(result: ToolResult, *, cluster: str, minutes: int) -> SnapshotView:
    """Return what a server answered as it is shown.

    Raises:
        ValidationError: The answer is not of the form agreed on.
    """
    found = _Overview.model_validate(result.data)
    return SnapshotView(
        cluster=cluster,
        as_of=found.end,
        minutes=minutes,
        step_s=found.step_s,
        whole=SignalsView(**_signals(found.whole, found)),
        services=[
            ServiceView(namespace=each.namespace, service=each.service, **_signals(each, found))
            for each in found.services
        ],
        namespaces=found.namespaces,
        left_out=list(result.left_out),
    )


def empty(reason: str, *, cluster: str, minutes: int, as_of: datetime) -> SnapshotView:
    """Return a snapshot without any signal, and why there is none."""
    nothing = {
        name: SignalView(now=None, unit=unit, series=[], source="", reason=reason)
        for name, unit in UNITS.items()
    }
    return SnapshotView(
        cluster=cluster,
        as_of=as_of,
        minutes=minutes,
        step_s=60.0,
        whole=SignalsView(**nothing),
        services=[],
        namespaces=[],
        left_out=[],
    )


def _signals(traces: _Traces, overview: _Overview) -> dict[str, Any]:
    return {name: _signal(name, traces, overview) for name in UNITS}


def _signal(name: str, traces: _Traces, overview: _Overview) -> SignalView:
    trace: _Trace | None = getattr(traces, name)
    if trace is None:
        reason = traces.missing.get(name, "no samples")
        return SignalView(now=None, unit=UNITS[name], series=[], source="", reason=reason)
    step = timedelta(seconds=overview.step_s)
    series = [
        ((overview.start + index * step).timestamp(), value)
        for index, value in enumerate(trace.values)
        if value is not None
    ]
    now = trace.values[-1] if trace.values else None
    return SignalView(
        now=now,
        unit=trace.unit,
        series=series,
        source=trace.query,
        reason=None if now is not None else "no sample at the end of that time",
    )
